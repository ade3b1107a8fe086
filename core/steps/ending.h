// How a run is told to end: at once, or once the chunks in hand are copied.
#pragma once

#include <mutex>
#include <stop_token>

namespace lantern_migrate::steps {

// What a pause does.
enum class Pause {
    at_once,       // no chunk is in hand
    after_chunks,  // those in hand are copied to their end first
    giving_up,     // it was said before: those in hand are given up
};

// Two stop tokens, of which the first is never requested without the second. Every member may be called from any thread.
class Ending {
public:
    Ending() = default;
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;

    // Statements are cancelled, chunks given up.
    [[nodiscard]] std::stop_token now() const { return now_.get_token(); }
    // No further batch of chunks is begun.
    [[nodiscard]] std::stop_token after_chunks() const { return after_chunks_.get_token(); }

    void stop();
    Pause pause();

    // While it lives, chunks may be in hand. A pause that was asked for meanwhile counts at its end.
    class [[nodiscard]] Copying {
    public:
        explicit Copying(Ending&);
        ~Copying();
        Copying(const Copying&) = delete;
        Copying& operator=(const Copying&) = delete;

    private:
        Ending& ending_;
    };

private:
    std::mutex mutex_;
    bool copying_ = false;
    bool pausing_ = false;
    std::stop_source now_;
    std::stop_source after_chunks_;
};

}  // namespace lantern_migrate::steps
