// Tells when a file in incoming/ counts: when it was closed after writing or renamed in, at the start, and in a slow look-around
// in case the kernel dropped events or the directory was replaced.
#pragma once

#include "daemon/log.h"
#include "daemon/spool.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <string>

namespace lantern_migrate::daemon {

class SpoolWatch {
public:
    using Seconds = std::chrono::seconds;

    // `arrived` gets a name in incoming/; it may be told the same name twice, and the file may be gone by then.
    SpoolWatch(boost::asio::io_context&, const Spool&, std::function<void(const std::string& name)> arrived, Log);

    void start();
    void stop();
    void scan();  // at once

private:
    void open();
    void watch();
    void read();
    void handle(std::size_t bytes);
    void arm(std::chrono::milliseconds);

    const Spool& spool_;
    std::function<void(const std::string&)> arrived_;
    Log log_;
    boost::asio::posix::stream_descriptor inotify_;
    boost::asio::steady_timer timer_;
    bool watching_ = false;
    std::string last_trouble_;  // so that a lasting one is logged once
    // Room for some events with the longest names, aligned as the kernel writes them.
    alignas(8) std::array<char, 16384> buffer_{};
};

}  // namespace lantern_migrate::daemon
