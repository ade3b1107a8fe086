#include "daemon/control_routes.h"

#include "daemon_fixture.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace lantern_migrate::daemon {
namespace {

namespace json = boost::json;
using namespace test;

struct Routed : Bench {
    ControlRoutes routes{scheduler, journal};

    ControlResponse get(std::string_view target) { return routes.answer({.method = "GET", .target = target}); }
    ControlResponse post(std::string_view target) { return routes.answer({.method = "POST", .target = target}); }
    static json::value body(const ControlResponse& response) { return json::parse(response.body); }
};

TEST(ControlRoutes, ListJobsBriefly) {
    Routed routed;
    EXPECT_EQ(routed.get("/v1/jobs").body, "{\"jobs\":[]}\n");
    routed.admit("a");
    const json::value body = Routed::body(routed.get("/v1/jobs"));
    ASSERT_EQ(body.at("jobs").as_array().size(), 1U);
    EXPECT_EQ(body.at("jobs").at(0).at("name"), "a");
    EXPECT_EQ(body.at("jobs").at(0).at("disposition"), "queued");
    EXPECT_FALSE(body.at("jobs").at(0).at("progress").as_object().contains("tables"));
}

TEST(ControlRoutes, GiveAStatusThatReadsBackAsItWas) {
    Routed routed;
    routed.engines->runs = {[](FakeRun& run) {
        run.progress.set_tables({{.name = "public.words", .rows = 5, .bytes = 50, .bytes_total = 100, .chunks_done = 1, .chunks = 2}});
        run.progress.set_builds({{.item = "index public.i", .table = "public.words"}});
        run.progress.build_began("index public.i");
        return run.until_stopped();
    }};
    routed.admit("words");
    ASSERT_TRUE(routed.until([&] {
        const auto status = routed.scheduler.status("words");
        return !status->progress.builds_list.empty() && status->progress.builds_list[0].state == migrations_state::BuildState::begun;
    }));
    const ControlResponse response = routed.get("/v1/jobs/words");
    EXPECT_EQ(response.status, 200U);
    EXPECT_EQ(response.content_type, "application/json");
    const JobStatus status = job_status_from_json(Routed::body(response));
    EXPECT_EQ(status.job.name, "words");
    EXPECT_EQ(status.job.disposition, Disposition::running);
    EXPECT_EQ(status.progress.rows, 5U);
    EXPECT_EQ(status.progress.bytes_total, 100U);
    EXPECT_FALSE(status.progress.left.has_value());
    ASSERT_EQ(status.progress.tables.size(), 1U);
    EXPECT_EQ(status.progress.tables[0].chunks, 2);
    ASSERT_EQ(status.progress.builds_list.size(), 1U);
    EXPECT_EQ(status.progress.builds_list[0].state, migrations_state::BuildState::begun);
}

TEST(ControlRoutes, GiveReasonHintAndTimeOfTheRetry) {
    Routed routed;
    const Job job = routed.admit("words");
    const migrations_state::Timestamp at{std::chrono::milliseconds(1738324801250)};
    routed.journal.set_failed(job.id,
                              {.reason = "no route", .hint = "see the network", .sqlstate = "08006", .transient = true, .retry_at = at});
    const json::value body = Routed::body(routed.get("/v1/jobs/words"));
    EXPECT_EQ(body.at("reason"), "no route");
    EXPECT_EQ(body.at("hint"), "see the network");
    EXPECT_EQ(body.at("sqlstate"), "08006");
    EXPECT_EQ(body.at("retry_at"), "2025-01-31T12:00:01.250Z");
    EXPECT_EQ(job_status_from_json(body).job.retry_at, at);
}

TEST(ControlRoutes, GiveEventsByPages) {
    Routed routed;
    const Job job = routed.admit("words");
    std::int64_t second = 0;
    for (const char* text : {"one", "two", "three"}) {
        const auto id = routed.journal.add_event(job.id, migrations_state::Severity::info, "kind", text);
        if (std::string(text) == "two") second = id;
    }
    const json::value body = Routed::body(routed.get("/v1/jobs/words/events?limit=1&after=" + std::to_string(second)));
    ASSERT_EQ(body.at("events").as_array().size(), 1U);
    EXPECT_EQ(body.at("events").at(0).at("text"), "three");
    EXPECT_EQ(routed.get("/v1/jobs/words/events?after=x").body, "{\"error\":\"after: must be the id of an event\",\"hint\":\"\"}\n");
    EXPECT_EQ(routed.get("/v1/jobs/words/events?limit=0").body, "{\"error\":\"limit: must be between 1 and 1000\",\"hint\":\"\"}\n");
}

TEST(ControlRoutes, GiveReportAndIndexesAsJsonAndAsText) {
    Routed routed;
    routed.admit("words");
    EXPECT_EQ(Routed::body(routed.get("/v1/jobs/words/report")).at("job"), "words");
    EXPECT_TRUE(routed.get("/v1/jobs/words/report?format=text").body.starts_with("job words: queued at step connect\n"));
    const ControlResponse page = routed.get("/v1/jobs/words/report?format=html");
    EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
    EXPECT_TRUE(page.body.starts_with("<!doctype html>\n"));
    EXPECT_EQ(routed.get("/v1/jobs/words/indexes").body, "{\"job\":\"words\",\"indexes\":[]}\n");
    EXPECT_EQ(routed.get("/v1/jobs/words/indexes?format=sql").body, "-- no index of pgvector\n");
}

TEST(ControlRoutes, CarryOutActionsByPostAlone) {
    Routed routed;
    routed.admit("words");
    EXPECT_EQ(routed.get("/v1/jobs/words/pause").status, 405U);
    EXPECT_EQ(routed.get("/v1/jobs/words/pause").allow, "POST");
    EXPECT_EQ(routed.post("/v1/jobs/words").allow, "GET, HEAD");
    EXPECT_EQ(routed.job("words").disposition, Disposition::queued);
    const ControlResponse response = routed.post("/v1/jobs/words/pause");
    EXPECT_EQ(response.status, 202U);
    EXPECT_EQ(response.body, "{\"message\":\"job words is paused\"}\n");
    EXPECT_EQ(routed.post("/v1/jobs/words/retry").status, 409U);
    EXPECT_EQ(Routed::body(routed.post("/v1/jobs/words/rollback")).at("error"),
              "rollback belongs to `mode: in_place`; offline, the source is left as it is and needs none");
}

TEST(ControlRoutes, SayInTheJournalWhoChangedAJob) {
    Routed routed;
    routed.admit("words");
    EXPECT_EQ(routed.routes
                  .answer({.method = "POST", .target = "/v1/jobs/words/pause", .peer = {.kind = Peer::Kind::local, .uid = 1000, .pid = 42}})
                  .status,
              202U);
    const auto events = routed.journal.newest_events(routed.job("words").id, 1);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].kind, "operator");
    EXPECT_EQ(events[0].text, "pause, said by uid 1000, process 42");
}

TEST(ControlRoutes, SayWhichParametersThereAre) {
    Routed routed;
    routed.admit("words");
    EXPECT_EQ(routed.get("/v1/jobs?x=1").body, "{\"error\":\"x: there is no such parameter here\",\"hint\":\"there are none\"}\n");
    EXPECT_EQ(routed.get("/v1/jobs/words/events?since=1").body,
              "{\"error\":\"since: there is no such parameter here\",\"hint\":\"there are: after limit\"}\n");
    EXPECT_EQ(routed.get("/v1/jobs/words/indexes?format=xml").body, "{\"error\":\"format: must be json or sql\",\"hint\":\"\"}\n");
    EXPECT_EQ(routed.post("/v1/jobs/words/cancel?drop_target_objects=yes").body,
              "{\"error\":\"drop_target_objects: must be true or false\",\"hint\":\"\"}\n");
    EXPECT_EQ(routed.job("words").disposition, Disposition::queued);
}

TEST(ControlRoutes, OfferStreamsOfAllJobsAndOfOne) {
    Routed routed;
    routed.admit("words");
    EXPECT_EQ(routed.get("/v1/stream").stream.value().job, std::nullopt);
    EXPECT_EQ(routed.get("/v1/stream").content_type, "text/event-stream");
    EXPECT_EQ(routed.get("/v1/jobs/words/stream").stream.value().job, "words");
    EXPECT_EQ(routed.get("/v1/jobs/words/stream").stream.value().after, std::nullopt);
    EXPECT_EQ(routed.get("/v1/jobs/words/stream?after=7").stream.value().after, 7);
    EXPECT_EQ(routed.routes.answer({.method = "GET", .target = "/v1/jobs/words/stream", .last_event_id = "9"}).stream.value().after, 9);
    EXPECT_EQ(routed.routes.answer({.method = "GET", .target = "/v1/jobs/words/stream", .last_event_id = "x"}).status, 400U);
    EXPECT_EQ(routed.get("/v1/jobs/nobody/stream").status, 404U);
}

TEST(ControlRoutes, MakeAStatusAnewOnlyWhenItIsOldOrSomethingBecameOfAJob) {
    Bench bench;
    ControlRoutes routes(bench.scheduler, bench.journal, {}, std::chrono::hours(1));
    const auto disposition = [&] {
        return json::parse(routes.answer({.method = "GET", .target = "/v1/jobs/words"}).body).at("disposition");
    };
    EXPECT_EQ(routes.answer({.method = "GET", .target = "/v1/jobs/words"}).status, 404U);
    const Job job = bench.admit("words");
    EXPECT_EQ(disposition(), "queued") << "what is not there is not remembered";
    bench.journal.set_paused(job.id);
    EXPECT_EQ(disposition(), "queued");
    routes.changed();
    EXPECT_EQ(disposition(), "paused");
    EXPECT_EQ(routes.answer({.method = "POST", .target = "/v1/jobs/words/resume"}).status, 202U);
    EXPECT_EQ(disposition(), "queued") << "an action makes it anew";
}

TEST(ControlRoutes, GiveThePageWithANonceOfItsOwnAndTheTokenOnlyWhereItMayAct) {
    Bench bench;
    ControlRoutes routes(bench.scheduler, bench.journal, {.web = {}, .token = "t0k"});
    const ControlRequest request{.method = "GET", .target = "/"};
    const ControlResponse page = routes.answer(request);
    EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
    const std::string mark = "<style nonce=\"";
    const std::string nonce = page.body.substr(page.body.find(mark) + mark.size(), 32);
    EXPECT_TRUE(page.policy.contains("script-src 'nonce-" + nonce + "'")) << page.policy;
    EXPECT_FALSE(page.body.contains("t0k"));
    EXPECT_NE(routes.answer(request).policy, page.policy);
    routes.set_web({.actions = true});
    EXPECT_TRUE(routes.answer(request).body.contains(R"({"actions":true,"token":"t0k"})"));
}

TEST(ControlRoutes, RefuseWhatTheGuardRefuses) {
    Routed routed;
    routed.admit("words");
    EXPECT_EQ(routed.routes.answer({.method = "GET", .target = "/v1/jobs", .host = "evil.example"}).status, 421U);
    EXPECT_EQ(
        routed.routes.answer({.method = "POST", .target = "/v1/jobs/words/cancel", .host = "localhost", .origin = "https://evil.example"})
            .status,
        403U);
    EXPECT_EQ(routed.job("words").disposition, Disposition::queued);
}

TEST(ControlRoutes, FindJobsByNamesThatNeedEncoding) {
    Routed routed;
    routed.admit("two words/ö");
    EXPECT_EQ(Routed::body(routed.get("/v1/jobs/" + percent_encode("two words/ö"))).at("name"), "two words/ö");
    EXPECT_EQ(percent_encode("a b/ö"), "a%20b%2F%C3%B6");
    EXPECT_EQ(percent_decode("a%2"), std::nullopt);
    EXPECT_EQ(percent_decode("a%zz"), std::nullopt);
    EXPECT_EQ(percent_decode("%41"), "A");
}

TEST(ControlRoutes, AnswerNonsenseWithAnError) {
    Routed routed;
    routed.admit("words");
    struct Case {
        const char* method;
        std::string target;
        unsigned status;
    };
    for (const auto& [method, target, status] :
         {Case{"GET", "/index.html", 404}, Case{"POST", "/", 405}, Case{"GET", "/?x=1", 400}, Case{"GET", "", 400},
          Case{"GET", "v1/jobs", 400}, Case{"GET", "/v1/jobs/%", 400}, Case{"GET", "/v1/jobs/nobody", 404},
          Case{"GET", "/v1/jobs/words/secrets", 404}, Case{"GET", "/v1/jobs/words/report/more", 404}, Case{"DELETE", "/v1/jobs/words", 405},
          Case{"POST", "/v1/jobs/nobody/cancel", 404}, Case{"GET", "/v1/jobs/../../etc/passwd", 404}, Case{"GET", "/v2/jobs", 404},
          Case{"POST", "/v1/jobs", 405}, Case{"GET", "/v1/jobs/" + std::string(5000, 'a'), 404}, Case{"GET", "/v1/jobs/%1b%5b2J", 404}}) {
        const ControlResponse response = routed.routes.answer({.method = method, .target = target});
        EXPECT_EQ(response.status, status) << method << ' ' << target;
        EXPECT_TRUE(Routed::body(response).as_object().contains("error")) << target;
        EXPECT_LT(response.body.size(), 400U);
    }
}

TEST(ExitStatus, IsTheContractsForEachDisposition) {
    const auto status = [](Disposition disposition, bool transient = false, bool different = false) {
        JobStatus of;
        of.job.disposition = disposition;
        of.job.transient = transient;
        of.different = different;
        return exit_status(of);
    };
    EXPECT_EQ(status(Disposition::done), 0);
    EXPECT_EQ(status(Disposition::running), 0);
    EXPECT_EQ(status(Disposition::queued), 0);
    EXPECT_EQ(status(Disposition::failed, true), 0);
    EXPECT_EQ(status(Disposition::failed), 1);
    EXPECT_EQ(status(Disposition::cancelled), 1);
    EXPECT_EQ(status(Disposition::waiting), 3);
    EXPECT_EQ(status(Disposition::paused), 3);
    EXPECT_EQ(status(Disposition::failed, false, true), 4);
}

}  // namespace
}  // namespace lantern_migrate::daemon
