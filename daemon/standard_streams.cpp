#include "daemon/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

namespace lantern_migrate::daemon {

void keep_standard_streams() {
    int opened = 0;
    do {
        opened = ::open("/dev/null", O_RDONLY);  // the lowest number that is free
    } while (opened >= 0 && opened <= STDERR_FILENO);
    if (opened > STDERR_FILENO) ::close(opened);
}

}  // namespace lantern_migrate::daemon
