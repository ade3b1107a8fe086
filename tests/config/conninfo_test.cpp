#include "config/connection_settings.h"
#include "config/conninfo_keywords.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <algorithm>
#include <memory>

namespace lantern_migrate::config {
namespace {

using Keywords = std::map<std::string, std::string>;

// What libpq makes of it, password included; empty where libpq refuses it.
Keywords by_libpq(const char* text) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(text, nullptr), PQconninfoFree);
    Keywords keywords;
    for (const PQconninfoOption* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
        if (option->val != nullptr) keywords[option->keyword] = option->val;
    }
    return keywords;
}

Keywords by_us(const char* text) {
    const ConnectionParameters parameters = parse_conninfo(text);
    Keywords keywords = parameters.keywords;
    if (!parameters.password.empty()) keywords["password"] = parameters.password.reveal();
    return keywords;
}

struct Good {
    const char* text;
    Keywords keywords;
};

void expect_as_libpq(std::span<const Good> cases) {
    for (const Good& c : cases) {
        EXPECT_EQ(by_us(c.text), c.keywords) << c.text;
        EXPECT_EQ(by_libpq(c.text), c.keywords) << c.text;
    }
}

TEST(Urls, AreReadAsLibpqReadsThem) {
    const Good cases[] = {
        {"postgresql://u:p@h:5433/db", {{"user", "u"}, {"password", "p"}, {"host", "h"}, {"port", "5433"}, {"dbname", "db"}}},
        {"postgres://h", {{"host", "h"}}},
        {"postgresql:///db", {{"dbname", "db"}}},
        {"postgresql://u@", {{"user", "u"}}},
        {"postgresql://h/", {{"host", "h"}}},
        {"postgresql://h:/db", {{"host", "h"}, {"dbname", "db"}}},
        {"postgresql://h/db?sslmode=require&connect_timeout=5",
         {{"host", "h"}, {"dbname", "db"}, {"sslmode", "require"}, {"connect_timeout", "5"}}},
        {"postgresql://h?dbname=db", {{"host", "h"}, {"dbname", "db"}}},
        {"postgresql:///db?host=/run/postgresql&port=5433&password=p",
         {{"dbname", "db"}, {"host", "/run/postgresql"}, {"port", "5433"}, {"password", "p"}}},
        {"postgresql://h/db?ssl=true", {{"host", "h"}, {"dbname", "db"}, {"sslmode", "require"}}},
        {"postgresql://h/db?sslmode=require&", {{"host", "h"}, {"dbname", "db"}, {"sslmode", "require"}}},
        {"postgresql://h/db?user=a&user=b", {{"host", "h"}, {"dbname", "db"}, {"user", "b"}}},
    };
    expect_as_libpq(cases);
}

TEST(Urls, ArePercentEncoded) {
    const Good cases[] = {
        {"postgresql://a%40b:s%3Ae%2Fc%40r%25et@h/db", {{"user", "a@b"}, {"password", "s:e/c@r%et"}, {"host", "h"}, {"dbname", "db"}}},
        {"postgresql://u@%2Frun%2Fpostgresql/db", {{"user", "u"}, {"host", "/run/postgresql"}, {"dbname", "db"}}},
        {"postgresql://h/my%20d%c3%A9j%C3%a0", {{"host", "h"}, {"dbname", "my déjà"}}},
        {"postgresql://h/db?application_name=a%26b%3dc", {{"host", "h"}, {"dbname", "db"}, {"application_name", "a&b=c"}}},
        {"postgresql://h/db?options=-c%20geqo%3Doff", {{"host", "h"}, {"dbname", "db"}, {"options", "-c geqo=off"}}},
    };
    expect_as_libpq(cases);
}

TEST(Urls, MayNameSeveralHosts) {
    const Good cases[] = {
        {"postgresql://a,b/db", {{"host", "a,b"}, {"dbname", "db"}}},
        {"postgresql://u:p@a:1,b:2/db", {{"user", "u"}, {"password", "p"}, {"host", "a,b"}, {"port", "1,2"}, {"dbname", "db"}}},
        {"postgresql://a,b:5433,c/db", {{"host", "a,b,c"}, {"port", ",5433,"}, {"dbname", "db"}}},
        {"postgresql:///db?host=a,b&port=5433", {{"host", "a,b"}, {"port", "5433"}, {"dbname", "db"}}},
    };
    // Of ports that are all left out, libpq keeps the commas; they mean the same as no port.
    EXPECT_EQ(by_us(cases[0].text), cases[0].keywords);
    expect_as_libpq(std::span(cases).subspan(1));
}

TEST(Urls, MayNameAnIpv6AddressInBrackets) {
    const Good cases[] = {
        {"postgresql://[2001:db8::1]:5433/db", {{"host", "2001:db8::1"}, {"port", "5433"}, {"dbname", "db"}}},
        {"postgresql://u:p@[::1]", {{"user", "u"}, {"password", "p"}, {"host", "::1"}}},
        {"postgresql://[::1]:1,[::2]:2/db", {{"host", "::1,::2"}, {"port", "1,2"}, {"dbname", "db"}}},
        {"postgresql://[fe80::1%25eth0]/db", {{"host", "fe80::1%eth0"}, {"dbname", "db"}}},
    };
    expect_as_libpq(cases);
}

TEST(Pairs, AreReadAsLibpqReadsThem) {
    const Good cases[] = {
        {"host=h dbname=db user=u password=p", {{"host", "h"}, {"dbname", "db"}, {"user", "u"}, {"password", "p"}}},
        {"  host = h\tdbname= 'my db' ", {{"host", "h"}, {"dbname", "my db"}}},
        {R"(password='it\'s a \\ ' host=h)", {{"password", R"(it's a \ )"}, {"host", "h"}}},
        {R"(password=a\ b\=c host=h)", {{"password", "a b=c"}, {"host", "h"}}},
        {"host=a host=b", {{"host", "b"}}},
        {"host=h options='-c geqo=off'", {{"host", "h"}, {"options", "-c geqo=off"}}},
        {"password=s=e host=h", {{"password", "s=e"}, {"host", "h"}}},
    };
    expect_as_libpq(cases);
}

TEST(Keywords, AreThoseThatLibpqKnows) {
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconndefaults(), PQconninfoFree);
    ASSERT_NE(options, nullptr);
    std::set<std::string_view> known;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) known.insert(option->keyword);
    for (const std::string_view keyword : conninfo_keywords()) EXPECT_TRUE(known.contains(keyword)) << keyword;
    EXPECT_TRUE(std::ranges::is_sorted(conninfo_keywords()));
}

// Each has `hunter2` where a password is, or where one ends up by mistake.
struct Bad {
    std::string text;
    const char* message;
};

void expect_refused(std::span<const Bad> cases) {
    for (const Bad& c : cases) {
        try {
            static_cast<void>(parse_conninfo(c.text));
            ADD_FAILURE() << "accepted: " << c.text;
        } catch (const ConnectionSettingsError& error) {
            EXPECT_STREQ(error.what(), c.message) << c.text;
            EXPECT_THAT(error.what(), ::testing::Not(::testing::HasSubstr("hunter"))) << c.text;
            EXPECT_THAT(error.what(), ::testing::Not(::testing::HasSubstr("ter2"))) << c.text;
        }
    }
}

TEST(BadUrls, AreRefusedWithoutTheirPassword) {
    constexpr const char* stray_at = "an `@` that does not end the user and password must be written %40, and a `/` in a password %2F";
    constexpr const char* no_port = "the port must be a number; a `/`, `:` or `@` in a password is written %2F, %3A or %40";
    const Bad cases[] = {
        {"mysql://u:hunter2@h/db", "a URL must begin with postgresql:// or postgres://"},
        {"postgresql:/u:hunter2@h/db", "must be a URL such as postgresql://user@host/database, or keyword=value pairs"},
        {"postgresql://u:hun@ter2@h/db", stray_at},
        {"postgresql://u:hun/ter2@h/db", stray_at},
        {"postgresql://u:p@h/db?application_name=hunter2@x", stray_at},
        {"postgresql://u:hunter2 @h/db", "a blank in a URL must be written %20"},
        {"postgresql://u:hunter2\n@h/db", "a blank in a URL must be written %20"},
        {std::string("postgresql://u:hunter2\0@h/db", 28), "a blank in a URL must be written %20"},
        {"postgresql://u:hunter2%4@h/db", "in the password, `%` must be followed by two hexadecimal digits; `%` itself is %25"},
        {"postgresql://u:hunter2%@h/db", "in the password, `%` must be followed by two hexadecimal digits; `%` itself is %25"},
        {"postgresql://u:hunter2%zz@h/db", "in the password, `%` must be followed by two hexadecimal digits; `%` itself is %25"},
        {"postgresql://hunter2%@h/db", "in the user, `%` must be followed by two hexadecimal digits; `%` itself is %25"},
        {"postgresql://u:hunter2%00@h/db", "the password has a NUL character (%00)"},
        {"postgresql://u:hunter2/db", no_port},
        {"postgresql://u:p@h:hunter2/db", no_port},
        {"postgresql://u:hunter2@h:0/db", "the port must be between 1 and 65535"},
        {"postgresql://u:hunter2@h:65536/db", "the port must be between 1 and 65535"},
        {"postgresql://u:hunter2@a:1,b:99999999999/db", "the port must be between 1 and 65535"},
        {"postgresql://u:hunter2@[::1/db", "the `[` of an IPv6 address is not closed"},
        {"postgresql://u:hunter2@[]/db", "the IPv6 address is empty"},
        {"postgresql://u:hunter2@[::1]5432/db", "after the `]` of an IPv6 address, only `:`, `/`, `?` or `,` may follow"},
        {"postgresql://h/db?pasword=hunter2", "unknown keyword in option 1 after the `?`; did you mean `password`?"},
        {"postgresql://h/db?sslmode=require&hunter2", "option 2 after the `?` has no `=`"},
        {"postgresql://h/db?password=hun=ter2", "option 1 after the `?` has a second `=`; write it %3D"},
        {"postgresql://h?password=hun@ter2", "an `@` after the `?` must be written %40, and a `?` in a user or password %3F"},
        {"postgresql://h/db?sslpassword=hunter2", "the keyword `sslpassword` cannot be used here; put it into a service file"},
        {"postgresql://u:hunter2@h/db?replication=true", "the keyword `replication` cannot be used here"},
        {"postgresql://h/password=hunter2", "the dbname must be a name, not a connection string"},
        {"postgresql://h?host=u:hunter2%40h", "the host must be a name, not a connection string"},
        {"postgresql://h/db?user=password%3Dhunter2", "the user must be a name, not a connection string"},
    };
    expect_refused(cases);
}

TEST(BadPairs, AreRefusedWithoutTheirPassword) {
    const Bad cases[] = {
        {"", "is empty"},
        {" \t\n", "is empty"},
        {"hunter2", "must be a URL such as postgresql://user@host/database, or keyword=value pairs"},
        {"host=h hunter2", "no `=` after the keyword at character 8"},
        {"host=h hunter2=x", "unknown keyword at character 8"},
        {"hots=h password=hunter2", "unknown keyword at character 1; did you mean `host`?"},
        {"password='hunter2", "the quote of the password is not closed"},
        {"password='hunter2\\", "the quote of the password is not closed"},
        {"password='hunter2'x", "a blank must follow the quoted password"},
        {"password= host=hunter2", "the password has no value; an empty one is written ''"},
        {"host=h port=hunter2", "the port must be a number; a `/`, `:` or `@` in a password is written %2F, %3A or %40"},
        {"dbname='postgresql://u:hunter2@h/db'", "the dbname must be a name, not a connection string"},
        {"host=u:hunter2@h", "the host must be a name, not a connection string"},
        {"sslpassword=hunter2", "the keyword `sslpassword` cannot be used here; put it into a service file"},
        {std::string("password=hunter2\0x", 18), "the password has a NUL character"},
    };
    expect_refused(cases);
}

TEST(ASocketDirectory, ThatIsAbstractBeginsWithAnAt) { EXPECT_EQ(by_us("host=@lantern dbname=db").at("host"), "@lantern"); }

}  // namespace
}  // namespace lantern_migrate::config
