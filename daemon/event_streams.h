// Server-sent events: whoever follows gets a document when it changed, at most once a second, and every event of the journal once.
// A document is made once for all that follow it. Lives on the io_context's thread.
#pragma once

#include "daemon/control_request.h"
#include "migrations-state/records.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lantern_migrate::daemon {

class EventStreams {
public:
    using Frame = std::shared_ptr<const std::string>;

    // A connection that follows.
    class Follower {
    public:
        Follower() = default;
        Follower(const Follower&) = delete;
        Follower& operator=(const Follower&) = delete;
        virtual ~Follower() = default;
        virtual void send(Frame) = 0;
        [[nodiscard]] virtual std::size_t unsent_bytes() const = 0;
        virtual void close() = 0;  // may call leave()
    };

    // Where documents and events come from. May throw JournalError: then it is looked again a little later.
    struct Source {
        std::function<std::string()> jobs;
        std::function<std::string(const std::string& job)> job;
        std::function<std::vector<migrations_state::EventRecord>(const std::string& job, std::int64_t after)> events;
        std::function<std::vector<migrations_state::EventRecord>(const std::string& job, int limit)> newest_events;
    };

    struct Limits {
        std::size_t followers = 128;
        std::size_t unsent_bytes = std::size_t{1}
                                   << 20;  // a follower that leaves more unread is closed; it may come again and say how far it was
        std::chrono::milliseconds interval{1000};
        std::chrono::milliseconds heartbeat{15000};  // a comment now and then, so that both ends notice that the other is gone
    };

    EventStreams(boost::asio::io_context&, Source, Limits);

    // Gives false if there are as many as may be. What it has missed is sent at once.
    [[nodiscard]] bool follow(const std::shared_ptr<Follower>&, const StreamRequest&);
    void leave(const Follower&);
    // Something became of a job: looks now instead of at the end of the interval.
    void changed();
    void stop();
    [[nodiscard]] std::size_t followers() const;

private:
    struct Place {
        std::shared_ptr<Follower> follower;
        bool behind = false;  // did not get the last document, because it had not read the ones before
    };
    struct Topic {
        std::string document;
        std::int64_t last_event = 0;
        std::vector<Place> places;
    };
    using Topics = std::map<std::optional<std::string>, Topic>;

    Topic& topic_of(const StreamRequest&);
    void look();
    void look_at(const std::optional<std::string>& job, Topic&);
    void send_document(const std::optional<std::string>& job, Topic&, bool changed);
    void look_after(std::chrono::milliseconds);
    void beat();
    void close_slow();

    boost::asio::io_context& io_;
    Source source_;
    Limits limits_;
    Topics topics_;
    boost::asio::steady_timer next_look_;
    boost::asio::steady_timer next_beat_;
    std::chrono::steady_clock::duration cost_{0};  // of the last look
    bool looking_soon_ = false;
    bool beating_ = false;
};

}  // namespace lantern_migrate::daemon
