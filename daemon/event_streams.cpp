#include "daemon/event_streams.h"

#include "daemon/job_status.h"

#include <algorithm>
#include <boost/json.hpp>
#include <exception>
#include <format>
#include <ranges>

namespace lantern_migrate::daemon {
namespace {

using migrations_state::EventRecord;

constexpr int newest_events_max = 100;
// Watching may cost the loop so much of its time, and no more: one part in twenty.
constexpr int rest_for_cost = 20;
constexpr auto soon = std::chrono::milliseconds(50);

EventStreams::Frame frame(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

EventStreams::Frame document_frame(bool one_job, const std::string& document) {
    return frame(std::format("event: {}\ndata: {}\n\n", one_job ? "job" : "jobs", document));
}

EventStreams::Frame event_frame(const EventRecord& event) {
    return frame(std::format("id: {}\nevent: event\ndata: {}\n\n", event.id, boost::json::serialize(to_json(event))));
}

}  // namespace

EventStreams::EventStreams(boost::asio::io_context& io, Source source, Limits limits)
    : io_(io), source_(std::move(source)), limits_(limits), next_look_(io), next_beat_(io) {}

std::size_t EventStreams::followers() const {
    std::size_t count = 0;
    for (const auto& topic : topics_ | std::views::values) count += topic.places.size();
    return count;
}

EventStreams::Topic& EventStreams::topic_of(const StreamRequest& request) {
    if (const auto found = topics_.find(request.job); found != topics_.end()) {
        look_at(request.job, found->second);  // whoever joins must not get twice what the others still have to get
        return found->second;
    }
    Topic topic;
    if (request.job) {
        topic.document = source_.job(*request.job);
        if (const auto newest = source_.newest_events(*request.job, 1); !newest.empty()) topic.last_event = newest.back().id;
    } else {
        topic.document = source_.jobs();
    }
    return topics_.emplace(request.job, std::move(topic)).first->second;
}

bool EventStreams::follow(const std::shared_ptr<Follower>& follower, const StreamRequest& request) {
    if (followers() >= limits_.followers) return false;
    Topic& topic = topic_of(request);
    follower->send(frame("retry: 2000\n\n"));
    follower->send(document_frame(request.job.has_value(), topic.document));
    if (request.job) {
        const auto missed =
            request.after ? source_.events(*request.job, *request.after) : source_.newest_events(*request.job, newest_events_max);
        for (const EventRecord& event : missed) {
            if (event.id <= topic.last_event) follower->send(event_frame(event));
        }
    }
    topic.places.push_back({.follower = follower});
    if (followers() == 1) look_after(limits_.interval);
    if (!beating_) beat();
    return true;
}

void EventStreams::leave(const Follower& follower) {
    for (auto& topic : topics_ | std::views::values) {
        std::erase_if(topic.places, [&](const Place& place) { return place.follower.get() == &follower; });
    }
}

void EventStreams::stop() {
    next_look_.cancel();
    next_beat_.cancel();
    topics_.clear();
}

void EventStreams::changed() {
    if (topics_.empty() || looking_soon_) return;
    looking_soon_ = true;
    look_after(soon);
}

void EventStreams::look_after(std::chrono::milliseconds delay) {
    next_look_.expires_after(std::max<std::chrono::steady_clock::duration>(delay, cost_ * rest_for_cost));
    next_look_.async_wait([this](const boost::system::error_code& error) {
        if (!error) look();
    });
}

void EventStreams::look() {
    looking_soon_ = false;
    const auto began = std::chrono::steady_clock::now();
    std::erase_if(topics_, [](const auto& entry) { return entry.second.places.empty(); });
    try {
        for (auto& [job, topic] : topics_) look_at(job, topic);
    } catch (const std::exception&) {  // a journal that cannot be read, as a rule: whoever asks is told, and here the next look will do
    }
    close_slow();
    cost_ = std::chrono::steady_clock::now() - began;
    if (!topics_.empty()) look_after(limits_.interval);
}

void EventStreams::look_at(const std::optional<std::string>& job, Topic& topic) {
    std::string document = job ? source_.job(*job) : source_.jobs();
    const bool changed = document != topic.document;
    topic.document = std::move(document);
    send_document(job, topic, changed);
    if (!job) return;
    for (const EventRecord& event : source_.events(*job, topic.last_event)) {
        topic.last_event = event.id;
        const Frame text = event_frame(event);
        for (const Place& place : topic.places) place.follower->send(text);
    }
}

// Only the newest document counts: one who has not read the last is spared this one, and gets the one that is then the newest.
void EventStreams::send_document(const std::optional<std::string>& job, Topic& topic, bool changed) {
    Frame text;
    for (Place& place : topic.places) {
        place.behind = place.behind || changed;
        if (!place.behind || place.follower->unsent_bytes() > 0) continue;
        if (!text) text = document_frame(job.has_value(), topic.document);
        place.follower->send(text);
        place.behind = false;
    }
}

void EventStreams::close_slow() {
    std::vector<std::shared_ptr<Follower>> slow;
    for (const auto& topic : topics_ | std::views::values) {
        for (const Place& place : topic.places) {
            if (place.follower->unsent_bytes() > limits_.unsent_bytes) slow.push_back(place.follower);
        }
    }
    for (const auto& follower : slow) follower->close();
}

void EventStreams::beat() {
    beating_ = true;
    next_beat_.expires_after(limits_.heartbeat);
    next_beat_.async_wait([this](const boost::system::error_code& error) {
        beating_ = false;
        if (error || followers() == 0) return;
        const Frame comment = frame(": still here\n\n");
        for (const auto& topic : topics_ | std::views::values) {
            for (const Place& place : topic.places) {
                if (place.follower->unsent_bytes() == 0) place.follower->send(comment);
            }
        }
        beat();
    });
}

}  // namespace lantern_migrate::daemon
