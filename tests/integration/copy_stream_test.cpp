// The reading end of a COPY, on plain and on encrypted connections: they wait for bytes in different ways.
#include "core/codec/row_codec.h"
#include "core/pg/copy.h"
#include "tests/support/cluster.h"

#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

namespace lantern_migrate::test {
namespace {

namespace fs = std::filesystem;

// A server that takes both, and its certificate.
class BothWays {
public:
    static BothWays& shared() {
        static BothWays both;
        return both;
    }
    [[nodiscard]] pg::Session connect(const std::string& sslmode) const {
        config::ConnectionParameters parameters;
        parameters.keywords = {{"host", "127.0.0.1"},
                               {"port", std::to_string(cluster_->port())},
                               {"user", "postgres"},
                               {"dbname", "postgres"},
                               {"sslmode", sslmode}};
        return pg::Session::connect(parameters, {.role = "source", .application_name = "copy stream"});
    }

private:
    BothWays() {
        const fs::path key = scratch_.path() / "key.pem", certificate = scratch_.path() / "certificate.pem";
        run_checked(
            {"openssl", "req", "-new", "-x509", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", key, "-out", certificate});
        if (geteuid() == 0) {
            const passwd* user = getpwnam("postgres");
            if (chown(key.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error("cannot chown the key");
        }
        fs::permissions(scratch_.path(), fs::perms::owner_all | fs::perms::others_exec | fs::perms::group_exec);
        fs::permissions(certificate, fs::perms::owner_read | fs::perms::others_read | fs::perms::group_read);
        cluster_ = Cluster::source(
            {.settings = {"ssl = on", "ssl_cert_file = '" + certificate.string() + "'", "ssl_key_file = '" + key.string() + "'"}});
    }
    ScratchDir scratch_{"certificate"};
    std::unique_ptr<Cluster> cluster_;
};

class CopyStream : public testing::TestWithParam<const char*> {
protected:
    // Reads `query` as text in pieces of about `piece` bytes; each must hold whole lines.
    codec::Tally read(const std::string& query, std::size_t piece = 64 << 10) {
        pg::CopyOut copy(session_, "COPY (" + query + ") TO STDOUT");
        codec::TextRows rows;
        codec::Buffer buffer(piece);
        for (bool more = true; more; buffer.clear()) {
            more = copy.read(buffer, piece);
            rows.pass(buffer.bytes());
        }
        return rows.tally();
    }
    std::string one(const std::string& sql) { return session_.execute(sql).one_row()[0].as<std::string>(); }

    pg::Session session_ = BothWays::shared().connect(GetParam());
};

TEST_P(CopyStream, IsEncryptedOrNot) {
    EXPECT_EQ(one("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"), std::string_view(GetParam()) == "require" ? "t" : "f");
}

TEST_P(CopyStream, OfNarrowRowsIsWhole) {
    const codec::Tally tally = read("SELECT g FROM generate_series(1, 1000000) g");
    EXPECT_EQ(tally.rows, 1'000'000U);
    EXPECT_EQ(tally.bytes_read, 6'888'896U);
    EXPECT_EQ(one("SELECT 'usable'"), "usable");
}

// Once a stream flows it is read when a good deal has gathered; what stops short of that must not be waited for for ever.
TEST_P(CopyStream, ThatFallsSilentAndGoesOnIsWhole) {
    const codec::Tally tally =
        read("SELECT repeat('x', 1000), CASE WHEN g % 1000 IN (0, 1) THEN pg_sleep(0.02) END FROM generate_series(1, 5010) g");
    EXPECT_EQ(tally.rows, 5'010U);
    EXPECT_EQ(one("SELECT 'usable'"), "usable") << "an answer of a few bytes";
}

TEST_P(CopyStream, OfRowsLargerThanAnyBufferIsWhole) {
    for (const int bytes : {8191, 8192, 65535, 65536, 65537, 5'000'000}) {
        const codec::Tally tally = read("SELECT repeat('y', " + std::to_string(bytes) + ") FROM generate_series(1, 20)");
        EXPECT_EQ(tally.rows, 20U) << bytes;
        EXPECT_EQ(tally.bytes_read, 20U * static_cast<unsigned>(bytes + 1)) << bytes;
    }
}

TEST_P(CopyStream, WithoutRowsEnds) { EXPECT_EQ(read("SELECT 1 WHERE false").rows, 0U); }

TEST_P(CopyStream, ThatFailsInTheMiddleSaysWhy) {
    try {
        static_cast<void>(read("SELECT repeat('x', 1000), 1 / (3000 - g) FROM generate_series(1, 5000) g"));
        FAIL() << "accepted";
    } catch (const PgError& e) {
        EXPECT_EQ(e.facts().sqlstate, "22012");
        EXPECT_EQ(e.facts().message, "division by zero");
        EXPECT_FALSE(e.facts().connection_lost);
    }
    EXPECT_EQ(one("SELECT 'usable'"), "usable");
}

INSTANTIATE_TEST_SUITE_P(Connections, CopyStream, testing::Values("disable", "require"),
                         [](const auto& connection) { return std::string(connection.param) == "require" ? "Encrypted" : "Plain"; });

}  // namespace
}  // namespace lantern_migrate::test
