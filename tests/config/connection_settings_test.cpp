#include "config/connection_settings.h"
#include "tests/config/jobs.h"

#include <gtest/gtest.h>

#include <concepts>
#include <format>
#include <ostream>
#include <type_traits>

namespace lantern_migrate::config::testing {
namespace {

template <typename T>
concept printable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(printable<std::string> && std::formattable<std::string, char>);
static_assert(!printable<Secret>, "a stream must not take a password");
static_assert(!std::formattable<Secret, char>, "nor must std::format");
static_assert(!std::convertible_to<Secret, std::string> && !std::convertible_to<Secret, std::string_view>,
              "nor anything that takes a text");
static_assert(!std::convertible_to<std::string, Secret>, "and a text becomes one in plain sight only");

TEST(Secret, GivesItsTextToWhoAsksForItByName) {
    EXPECT_EQ(Secret("hunter2").reveal(), "hunter2");
    EXPECT_TRUE(Secret().empty());
    EXPECT_FALSE(Secret("hunter2").empty());
}

std::string display(const char* url) { return parse_conninfo(url).display(); }

TEST(ConnectionParameters, ShowEverythingButThePassword) {
    const std::pair<const char*, const char*> shown[] = {
        {"postgresql://reader:hunter2@old.example:5433/app", "postgresql://reader@old.example:5433/app"},
        {"postgres://old.example", "postgresql://old.example"},
        {"postgresql://u:hunter2@/app", "postgresql://u@/app"},
        {"postgresql://u@h/app?password=hunter2&sslmode=require", "postgresql://u@h/app"},
        {"host=h user=u password=hunter2 dbname=app", "postgresql://u@h/app"},
        {"postgresql://u:hunter2@a:1,b:2,c/app", "postgresql://u@a:1,b:2,c/app"},
        {"host=a,b port=5433 dbname=app", "postgresql://a:5433,b:5433/app"},
        {"postgresql://[2001:db8::1]:5433/app", "postgresql://[2001:db8::1]:5433/app"},
        {"hostaddr=10.0.0.1 dbname=app", "postgresql://10.0.0.1/app"},
        {"host=/run/postgresql port=5433 user=u dbname=app", "postgresql://u@/app?host=/run/postgresql&port=5433"},
        {"service=old password=hunter2", "service=old"},
        {"service=old dbname=app", "service=old dbname=app"},
    };
    for (const auto& [url, text] : shown) EXPECT_EQ(display(url), text) << url;
}

TEST(ConnectionParameters, ShowNamesInAFormThatNothingElseCanBeReadInto) {
    EXPECT_EQ(display("postgresql://a%40b:hunter2@h/my%20app"), "postgresql://a%40b@h/my%20app");
    EXPECT_EQ(display("host=h dbname='line\nfeed'"), "postgresql://h/line%0Afeed");
    EXPECT_EQ(display("host=h user='a/b:c' dbname=\x1b[2J"), "postgresql://a%2Fb%3Ac@h/%1B%5B2J");
    EXPECT_EQ(display("postgresql://h/données"), "postgresql://h/données");
}

TEST(ConnectionParameters, TakeAnotherDatabaseAndKeepTheRest) {
    const ConnectionParameters other = parse_conninfo("postgresql://u:hunter2@h/app?sslmode=require").with_database("postgres");
    EXPECT_EQ(other.display(), "postgresql://u@h/postgres");
    EXPECT_EQ(other.keywords.at("sslmode"), "require");
    EXPECT_EQ(other.password.reveal(), "hunter2");
}

template <typename Origin>
ConnectionSettings settings(Origin origin) {
    return ConnectionSettings(ConnectionSettings::Origin(std::move(origin)));
}

// The message, or what was found.
std::string resolved(const ConnectionSettings& settings) {
    try {
        const ConnectionParameters parameters = settings.resolve();
        return parameters.display() + " password " + parameters.password.reveal();
    } catch (const ConnectionSettingsError& error) {
        return error.what();
    }
}

TEST(ConnectionSettings, AreResolvedFromEveryOrigin) {
    const ScratchDirectory directory;
    const auto file = directory.file("old.url", "  postgresql://u:hunter2@h/app \r\nnot read\n");
    const ScopedVariable variable("LANTERN_TEST_URL", "postgresql://u:hunter2@h/app\n");
    const ScopedVariable credentials("CREDENTIALS_DIRECTORY", directory.path().c_str());
    const std::string expected = "postgresql://u@h/app password hunter2";
    EXPECT_EQ(resolved(settings(ConnectionUrl{Secret("postgresql://u:hunter2@h/app")})), expected);
    EXPECT_EQ(resolved(settings(ConnectionUrlFile{file})), expected);
    EXPECT_EQ(resolved(settings(ConnectionUrlEnv{"LANTERN_TEST_URL"})), expected);
    EXPECT_EQ(resolved(settings(ConnectionCredential{"old.url"})), expected);
    EXPECT_EQ(resolved(settings(ConnectionService{"old"})), "service=old password ");
}

TEST(ConnectionSettings, ReadTheirFileAgainEachTimeSoThatANewPasswordCounts) {
    const ScratchDirectory directory;
    const ConnectionSettings old = settings(ConnectionUrlFile{directory.file("old.url", "postgresql://u:first@h/app")});
    EXPECT_EQ(resolved(old), "postgresql://u@h/app password first");
    static_cast<void>(directory.file("old.url", "postgresql://u:second@h/app"));
    EXPECT_EQ(resolved(old), "postgresql://u@h/app password second");
}

TEST(ConnectionSettings, SayWhatTheJobFileSaysAndNoPassword) {
    EXPECT_EQ(settings(ConnectionUrl{Secret("postgresql://u:hunter2@h/app")}).display(), "url postgresql://u@h/app");
    EXPECT_EQ(settings(ConnectionUrl{Secret("postgresql://u:hunter2@h:hunter2/app")}).display(), "url (malformed)");
    EXPECT_EQ(settings(ConnectionUrlFile{"/etc/x.url"}).display(), "url_file /etc/x.url");
    EXPECT_EQ(settings(ConnectionUrlEnv{"OLD_URL"}).display(), "url_env OLD_URL");
    EXPECT_EQ(settings(ConnectionCredential{"old"}).display(), "credential old");
    EXPECT_EQ(settings(ConnectionService{"old app"}).display(), "service=old app");
}

TEST(ConnectionSettings, ThatLeadToNoFileSayWhichAndWhy) {
    const ScratchDirectory directory;
    const auto of_file = [&](const std::filesystem::path& path) { return resolved(settings(ConnectionUrlFile{path})); };
    const std::string missing = (directory.path() / "missing").string();
    EXPECT_EQ(of_file(missing), "url_file " + missing + " cannot be read: No such file or directory");
    EXPECT_EQ(of_file(directory.path()), "url_file " + directory.path().string() + " cannot be read: Is a directory");
    EXPECT_EQ(of_file("/dev/null"), "url_file /dev/null is not a regular file");
    const auto empty = directory.file("empty", "\npostgresql://u:hunter2@h/app\n");
    EXPECT_EQ(of_file(empty), "url_file " + empty.string() + " is empty");
    const auto large = directory.file("large", std::string(65537, 'x'));
    EXPECT_EQ(of_file(large), "url_file " + large.string() + " is larger than 64KiB");
    const auto malformed = directory.file("malformed", "postgresql://u:hunter2@h:hunter2/app");
    EXPECT_EQ(of_file(malformed),
              "url_file " + malformed.string() + ": the port must be a number; a `/`, `:` or `@` in a password is written %2F, %3A or %40");
}

TEST(ConnectionSettings, ThatLeadToNoVariableSayWhich) {
    const ScopedVariable unset("LANTERN_TEST_URL", nullptr);
    EXPECT_EQ(resolved(settings(ConnectionUrlEnv{"LANTERN_TEST_URL"})), "url_env LANTERN_TEST_URL is not set in the environment");
    const ScopedVariable empty("LANTERN_TEST_EMPTY_URL", "");
    EXPECT_EQ(resolved(settings(ConnectionUrlEnv{"LANTERN_TEST_EMPTY_URL"})), "url_env LANTERN_TEST_EMPTY_URL is empty");
    const ScopedVariable malformed("LANTERN_TEST_BAD_URL", "mysql://u:hunter2@h/app");
    EXPECT_EQ(resolved(settings(ConnectionUrlEnv{"LANTERN_TEST_BAD_URL"})),
              "url_env LANTERN_TEST_BAD_URL: a URL must begin with postgresql:// or postgres://");
}

TEST(ConnectionSettings, WithoutSystemdsDirectorySayWhoMakesIt) {
    const ScopedVariable unset("CREDENTIALS_DIRECTORY", nullptr);
    EXPECT_EQ(resolved(settings(ConnectionCredential{"old"})),
              "credential old cannot be read: CREDENTIALS_DIRECTORY is not set; systemd sets it for a unit with LoadCredential=");
    const ScratchDirectory directory;
    const ScopedVariable set("CREDENTIALS_DIRECTORY", directory.path().c_str());
    EXPECT_EQ(resolved(settings(ConnectionCredential{"old"})),
              "credential old is not there: put it into /etc/credstore/lantern-migrate.old, and restart the service");
}

TEST(ConnectionSettings, FindACredentialByItsOwnNameBeforeOneThatTheUnitImports) {
    const ScratchDirectory directory;
    const ScopedVariable credentials("CREDENTIALS_DIRECTORY", directory.path().c_str());
    static_cast<void>(directory.file("lantern-migrate.old", "postgresql://u:imported@h/app"));
    EXPECT_EQ(resolved(settings(ConnectionCredential{"old"})), "postgresql://u@h/app password imported");
    static_cast<void>(directory.file("old", "postgresql://u:own@h/app"));
    EXPECT_EQ(resolved(settings(ConnectionCredential{"old"})), "postgresql://u@h/app password own");
}

// ---- the keys of a job's `source` and `target` --------------------------------------------------------------------------

TEST(ServerKeys, AreNeverTwo) {
    const std::pair<const char*, const char*> ways[] = {
        {"url", "postgresql://u:hunter2@h/app"},
        {"service", "old"},
        {"url_file", "/etc/old.url"},
        {"url_env", "OLD_URL"},
        {"credential", "old"},
    };
    for (std::size_t i = 0; i < std::size(ways); ++i) {
        for (std::size_t j = 0; j < std::size(ways); ++j) {
            if (i == j) continue;
            // The order in the message is the keys' own, whatever the file's is; the place is that of the second key.
            const std::string text = std::format("source:\n  {}: '{}'\n  {}: '{}'\ntarget: {{service: new}}\n", ways[i].first,
                                                 ways[i].second, ways[j].first, ways[j].second);
            EXPECT_EQ(text_mistakes(text),
                      std::format("words.yaml:{}:3: source.{}: cannot be given together with `{}`; a server is named in one way",
                                  i < j ? 3 : 2, ways[std::max(i, j)].first, ways[std::min(i, j)].first));
        }
    }
}

TEST(ServerKeys, SayWhatTheyMustBeAndDoNotRepeatWhatTheyAre) {
    const std::pair<const char*, const char*> bad[] = {
        {"url: 'mysql://u:hunter2@h/app'", "url: a URL must begin with postgresql:// or postgres://"},
        {"url: ''", "url: must not be empty"},
        {"url:", "url: must be a text, and is empty"},
        {"url: [hunter2]", "url: must be a text, and is a list"},
        {"service: 'postgresql://u:hunter2@h/app'", "service: must be the name of a section of pg_service.conf"},
        {"service: 'password=hunter2'", "service: must be the name of a section of pg_service.conf"},
        {"url_file: 'hunter2'", "url_file: must be an absolute path of a file that holds the URL"},
        {"url_env: 'postgresql://u:hunter2@h/app'",
         "url_env: must be the name of an environment variable that holds the URL: letters, digits and `_`"},
        {"url_env: '2hunter2'", "url_env: must be the name of an environment variable that holds the URL: letters, digits and `_`"},
        {"credential: '../hunter2'", "credential: must be the name of a systemd credential: letters, digits, `_`, `.` and `-`"},
        {"credential: '..'", "credential: must be the name of a systemd credential: letters, digits, `_`, `.` and `-`"},
    };
    for (const auto& [key, message] : bad) {
        EXPECT_EQ(text_mistakes(std::format("source:\n  {}\ntarget: {{service: new}}\n", key)),
                  std::format("words.yaml:2:3: source.{}", message))
            << key;
    }
}

TEST(ServerKeys, ThatAreUnknownAreShownOnlyIfTheyAreNearAKnownOne) {
    // A URL without quotes falls apart at ": ", so that its pieces become keys.
    EXPECT_EQ(text_mistakes("source:\n  url: postgresql://h/app\n  hunter2: x\n  sevice: y\ntarget: {service: new}\n"),
              "words.yaml:3:3: source: unknown key, not shown as it may be a piece of a URL\n"
              "words.yaml:4:3: source.sevice: unknown key; did you mean `service`?");
    EXPECT_EQ(text_mistakes("source:\n  url: postgresql://h/app\n  hunter2: x\n  hunter2: y\ntarget: {service: new}\n"),
              "words.yaml:3:3: source: unknown key, not shown as it may be a piece of a URL\n"
              "words.yaml:4:3: source: a key is given twice; the first is at line 3, column 3\n"
              "words.yaml:4:3: source: unknown key, not shown as it may be a piece of a URL");
}

TEST(ServerKeys, OfOneDatabaseForBothAreAMistake) {
    const char* const same = "words.yaml:2:1: target: is the same database as `source`";
    const auto of = [](const char* source, const char* target) {
        return text_mistakes(std::format("source: {{{}}}\ntarget: {{{}}}\n", source, target));
    };
    EXPECT_EQ(of("url: 'postgresql://reader@h/app'", "url: 'postgresql://owner:hunter2@h:5432/app'"), same);
    EXPECT_EQ(of("service: a", "service: a"), same);
    EXPECT_EQ(of("url_file: /a", "url_file: /a"), same);
    EXPECT_EQ(of("url: 'postgresql://h/app'", "url: 'postgresql://h/app2'"), "no mistake");
    EXPECT_EQ(of("url: 'postgresql://h:5432/app'", "url: 'postgresql://h:5433/app'"), "no mistake");
    EXPECT_EQ(of("service: a", "url_env: a"), "no mistake");
}

}  // namespace
}  // namespace lantern_migrate::config::testing
