// One executable of hooks.d at work: in a process group of its own, fed a document, listened to, and ended when its time is over.
//
// Nothing here waits: the process is watched through a pidfd on the io_context. It gets no descriptor, environment, signal mask or
// working directory of the daemon's. The document is a file in memory on its standard input, so that one that does not read it
// can neither block us nor be hurt.
#pragma once

#include <sys/types.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace lantern_migrate::daemon {

struct HookCommand {
    std::filesystem::path program;
    std::vector<std::string> arguments;    // from argv[1]
    std::vector<std::string> environment;  // all of it: "NAME=value"
    std::string document;                  // on standard input
    std::chrono::milliseconds timeout{0};  // then SIGTERM, and a little later SIGKILL
};

struct HookEnding {
    std::string trouble;  // what went wrong; empty: nothing
    std::string output;   // standard output and standard error, at most hook_output_max bytes
};

// One that writes more finds its output closed: reading on would cost the daemon's loop its time.
inline constexpr std::size_t hook_output_max = std::size_t{64} << 10;

// Lives on the io_context's thread.
class HookProcess : public std::enable_shared_from_this<HookProcess> {
public:
    using OnEnd = std::function<void(HookEnding)>;

    // Throws std::system_error if it cannot be started; then `on_end` is not called.
    static std::shared_ptr<HookProcess> start(boost::asio::io_context&, const HookCommand&, OnEnd on_end);
    ~HookProcess();  // SIGKILL, if it still runs
    HookProcess(const HookProcess&) = delete;
    HookProcess& operator=(const HookProcess&) = delete;

    // Asks it to end, and makes it end a little later. `trouble` is what its ending says.
    void end(const std::string& trouble);
    void kill();

private:
    HookProcess(boost::asio::io_context&, OnEnd);
    void spawn(const HookCommand&, int input, int output);
    void watch(std::chrono::milliseconds timeout);
    void listen();
    void take(std::size_t bytes);
    void exited();
    void finish();
    void reap();
    void signal_group(int number) const;

    OnEnd on_end_;
    boost::asio::posix::stream_descriptor process_;
    boost::asio::posix::stream_descriptor output_;
    boost::asio::steady_timer timer_;
    std::array<char, 4096> buffer_{};
    std::string text_;
    std::string trouble_;
    bool flooded_ = false;
    pid_t id_ = -1;  // while it is not reaped, and so not another's
    int status_ = 0;
};

}  // namespace lantern_migrate::daemon
