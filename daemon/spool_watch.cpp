#include "daemon/spool_watch.h"

#include "daemon/text.h"

#include <sys/inotify.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <cstring>

namespace lantern_migrate::daemon {
namespace {

constexpr auto look_around = std::chrono::seconds(30);
constexpr auto look_again_soon = std::chrono::milliseconds(700);
constexpr std::uint32_t watched_events = IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

}  // namespace

SpoolWatch::SpoolWatch(boost::asio::io_context& io, const Spool& spool, std::function<void(const std::string&)> arrived, Log log)
    : spool_(spool), arrived_(std::move(arrived)), log_(std::move(log)), inotify_(io), timer_(io) {}

void SpoolWatch::start() {
    open();
    scan();
}

void SpoolWatch::stop() {
    boost::system::error_code ignore;
    inotify_.close(ignore);
    timer_.cancel();
    watching_ = false;
}

void SpoolWatch::open() {
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) {  // fs.inotify.max_user_instances: the look-around still finds every file
        log_->warn("spool watched by looking around only reason=\"{}\"", std::strerror(errno));
        return;
    }
    inotify_.assign(fd);
    watch();
    read();
}

void SpoolWatch::watch() {
    if (!inotify_.is_open()) return;
    watching_ = ::inotify_add_watch(inotify_.native_handle(), spool_.incoming().c_str(), watched_events) >= 0;
}

void SpoolWatch::read() {
    inotify_.async_read_some(boost::asio::buffer(buffer_), [this](const boost::system::error_code& error, std::size_t bytes) {
        if (error) return;
        handle(bytes);
        if (inotify_.is_open()) read();
    });
}

void SpoolWatch::handle(std::size_t bytes) {
    bool look = false;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= bytes;) {
        inotify_event event{};
        std::memcpy(&event, buffer_.data() + at, sizeof(event));
        const char* name = buffer_.data() + at + sizeof(event);
        if ((event.mask & (IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED)) != 0) {
            look = true;
            if ((event.mask & IN_Q_OVERFLOW) == 0) watching_ = false;
        } else if (event.len > 0 && !Spool::ignored(name)) {
            arrived_(name);
        }
        at += sizeof(event) + event.len;
    }
    if (look) scan();
}

void SpoolWatch::scan() {
    try {
        spool_.create_directories();
        if (!watching_) watch();
        const Spool::Scan found = spool_.scan_incoming();
        last_trouble_.clear();
        for (const std::string& name : found.names) arrived_(name);
        arm(found.unsettled ? look_again_soon : std::chrono::milliseconds(look_around));
    } catch (const SpoolError& e) {
        if (last_trouble_ != e.what()) log_->error("spool not read reason=\"{}\" hint=\"{}\"", one_line(e.what()), e.hint());
        last_trouble_ = e.what();
        arm(look_around);
    }
}

void SpoolWatch::arm(std::chrono::milliseconds delay) {
    timer_.expires_after(delay);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) scan();
    });
}

}  // namespace lantern_migrate::daemon
