#include "daemon/event_streams.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace lantern_migrate::daemon {
namespace {

using migrations_state::EventRecord;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Reader : EventStreams::Follower {
    std::vector<std::string> got;
    std::size_t unsent = 0;
    bool closed = false;

    void send(EventStreams::Frame frame) override { got.push_back(*frame); }
    [[nodiscard]] std::size_t unsent_bytes() const override { return unsent; }
    void close() override { closed = true; }

    // What came since the last call, briefly: "jobs 1", "event 7".
    std::vector<std::string> news() {
        std::vector<std::string> brief;
        for (const std::string& frame : std::exchange(got, {})) {
            if (frame.starts_with("event: jobs\ndata: ")) brief.push_back("jobs " + frame.substr(18, frame.size() - 20));
            if (frame.starts_with("event: job\ndata: ")) brief.push_back("job " + frame.substr(17, frame.size() - 19));
            if (frame.starts_with("id: ")) brief.push_back("event " + frame.substr(4, frame.find('\n') - 4));
            if (frame.starts_with(":")) brief.push_back("beat");
        }
        return brief;
    }
};

struct Streamed {
    boost::asio::io_context io;
    std::string jobs = "1";
    std::string job = "a";
    std::vector<EventRecord> events;
    int made = 0;
    bool broken = false;
    EventStreams streams;

    explicit Streamed(EventStreams::Limits limits = {.interval = milliseconds(1), .heartbeat = std::chrono::hours(1)})
        : streams(io,
                  {.jobs =
                       [this] {
                           ++made;
                           if (broken) throw std::runtime_error("locked");
                           return jobs;
                       },
                   .job = [this](const std::string&) { return job; },
                   .events =
                       [this](const std::string&, std::int64_t after) {
                           std::vector<EventRecord> found;
                           for (const auto& event : events) {
                               if (event.id > after) found.push_back(event);
                           }
                           return found;
                       },
                   .newest_events =
                       [this](const std::string&, int limit) {
                           const auto count = std::min<std::size_t>(events.size(), static_cast<std::size_t>(limit));
                           return std::vector(events.end() - static_cast<std::ptrdiff_t>(count), events.end());
                       }},
                  limits) {}

    void add_event(std::int64_t id) { events.push_back({.id = id, .kind = "k", .text = "t"}); }
    std::shared_ptr<Reader> reader(const StreamRequest& request) {
        auto reader = std::make_shared<Reader>();
        EXPECT_TRUE(streams.follow(reader, request));
        return reader;
    }
    void look() {  // two looks at least
        for (int i = 0; i < 2; ++i) {
            io.restart();
            io.run_for(milliseconds(20));
        }
    }
};

TEST(EventStreams, SendTheListAtOnceAndThenWhenItChanges) {
    Streamed streamed;
    const auto reader = streamed.reader({});
    EXPECT_THAT(reader->got.front(), HasSubstr("retry: "));
    EXPECT_THAT(reader->news(), ElementsAre("jobs 1"));
    streamed.look();
    EXPECT_THAT(reader->news(), IsEmpty());
    streamed.jobs = "2";
    streamed.look();
    EXPECT_THAT(reader->news(), ElementsAre("jobs 2"));
}

TEST(EventStreams, MakeADocumentOnceForAllThatFollow) {
    Streamed streamed;
    std::vector<std::shared_ptr<Reader>> readers;
    for (int i = 0; i < 50; ++i) readers.push_back(streamed.reader({}));
    streamed.look();
    for (const auto& reader : readers) reader->news();
    const int before = streamed.made;
    streamed.jobs = "2";
    streamed.io.restart();
    while (streamed.made == before) streamed.io.run_one();
    EXPECT_EQ(streamed.made, before + 1);
    for (const auto& reader : readers) EXPECT_THAT(reader->news(), ElementsAre("jobs 2"));
}

TEST(EventStreams, SendEachEventOnceWhenSomebodyJoinsLate) {
    Streamed streamed;
    streamed.add_event(3);
    streamed.add_event(5);
    const auto first = streamed.reader({.job = "words"});
    EXPECT_THAT(first->news(), ElementsAre("job a", "event 3", "event 5"));
    streamed.add_event(8);
    const auto second = streamed.reader({.job = "words", .after = 3});
    EXPECT_THAT(second->news(), ElementsAre("job a", "event 5", "event 8"));
    streamed.add_event(9);
    streamed.look();
    EXPECT_THAT(first->news(), ElementsAre("event 8", "event 9"));
    EXPECT_THAT(second->news(), ElementsAre("event 9"));
}

TEST(EventStreams, SpareASlowReaderTheDocumentsThatAreOldAlready) {
    Streamed streamed;
    const auto reader = streamed.reader({});
    reader->news();
    reader->unsent = 10;
    streamed.jobs = "2";
    streamed.look();
    streamed.jobs = "3";
    streamed.look();
    EXPECT_THAT(reader->news(), IsEmpty());
    reader->unsent = 0;
    streamed.look();
    EXPECT_THAT(reader->news(), ElementsAre("jobs 3"));
}

TEST(EventStreams, CloseAReaderThatReadsNothing) {
    Streamed streamed({.unsent_bytes = 100, .interval = milliseconds(1), .heartbeat = std::chrono::hours(1)});
    const auto slow = streamed.reader({});
    const auto quick = streamed.reader({});
    slow->unsent = 101;
    streamed.look();
    EXPECT_TRUE(slow->closed);
    EXPECT_FALSE(quick->closed);
}

TEST(EventStreams, AreAsManyAsMayBe) {
    Streamed streamed({.followers = 1, .interval = milliseconds(1), .heartbeat = std::chrono::hours(1)});
    const auto reader = streamed.reader({});
    EXPECT_FALSE(streamed.streams.follow(std::make_shared<Reader>(), {}));
    streamed.streams.leave(*reader);
    EXPECT_EQ(streamed.streams.followers(), 0U);
    EXPECT_TRUE(streamed.streams.follow(std::make_shared<Reader>(), {}));
}

TEST(EventStreams, GoOnWhenAJournalCouldNotBeRead) {
    Streamed streamed;
    const auto reader = streamed.reader({});
    reader->news();
    streamed.broken = true;
    streamed.jobs = "2";
    streamed.look();
    EXPECT_THAT(reader->news(), IsEmpty());
    streamed.broken = false;
    streamed.look();
    EXPECT_THAT(reader->news(), ElementsAre("jobs 2"));
}

TEST(EventStreams, LookAtOnceWhenSomethingBecameOfAJob) {
    Streamed streamed({.interval = std::chrono::hours(1), .heartbeat = std::chrono::hours(1)});
    const auto reader = streamed.reader({});
    reader->news();
    streamed.jobs = "2";
    streamed.streams.changed();
    streamed.io.restart();
    streamed.io.run_for(milliseconds(200));
    EXPECT_THAT(reader->news(), ElementsAre("jobs 2"));
}

TEST(EventStreams, BeatWhileNothingHappens) {
    Streamed streamed({.interval = std::chrono::hours(1), .heartbeat = milliseconds(1)});
    const auto reader = streamed.reader({});
    reader->news();
    streamed.look();
    EXPECT_THAT(reader->news(), testing::Contains("beat"));
}

}  // namespace
}  // namespace lantern_migrate::daemon
