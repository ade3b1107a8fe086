#include "config/small_file.h"

#include "config/units.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <format>
#include <system_error>

namespace lantern_migrate::config {
namespace {

class File {
public:
    // O_NONBLOCK: opening a FIFO that nobody writes would wait for ever.
    explicit File(const std::filesystem::path& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

std::unexpected<std::string> cannot_be_read(int error) {
    return std::unexpected(std::format("cannot be read: {}", std::generic_category().message(error)));
}

}  // namespace

std::expected<std::string, std::string> read_small_file(const std::filesystem::path& path, std::size_t max_bytes) {
    const File file(path);
    if (file.descriptor() < 0) return cannot_be_read(errno);
    struct stat status{};
    if (::fstat(file.descriptor(), &status) != 0) return cannot_be_read(errno);
    if (S_ISDIR(status.st_mode)) return cannot_be_read(EISDIR);
    if (!S_ISREG(status.st_mode)) return std::unexpected("is not a regular file");

    // The size is not asked for: the file may grow meanwhile, and some file systems say 0.
    std::string text(max_bytes + 1, '\0');
    std::size_t length = 0;
    while (length < text.size()) {
        const ssize_t count = ::read(file.descriptor(), text.data() + length, text.size() - length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return cannot_be_read(errno);
        if (count == 0) break;
        length += static_cast<std::size_t>(count);
    }
    if (length > max_bytes) return std::unexpected(std::format("is larger than {}", format_bytes(max_bytes)));
    text.resize(length);
    return text;
}

}  // namespace lantern_migrate::config
