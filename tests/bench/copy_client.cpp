// The fastest client a server can have, for the bench: ready-made bytes in, bytes out to nowhere, one connection and one thread each.
//
//   copy_client in URL TABLE FILE...            loads each file (COPY's binary form) over a connection of its own
//   copy_client out URL QUERY...                reads each query in binary and throws the bytes away
//   copy_client save URL QUERY FILE [QUERY FILE]...  the same, into files
//
// All connections are there before any begins. Prints one JSON object: seconds from then to the last one's end, rows, bytes.
#include <fcntl.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace {

constexpr std::size_t write_bytes = 256 << 10;

struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, Finish>;
using Result = std::unique_ptr<PGresult, Clear>;

class File {
public:
    File(const std::string& path, int flags) : descriptor_(open(path.c_str(), flags | O_CLOEXEC, 0644)) {
        if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), path);
    }
    ~File() { close(descriptor_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

struct Part {
    std::string statement;
    std::string file{};  // empty: nowhere
    Connection connection{};
    std::size_t rows = 0;
    std::size_t bytes = 0;
    std::exception_ptr error{};
};

[[noreturn]] void fail(PGconn* connection) { throw std::runtime_error(PQerrorMessage(connection)); }

void begin(PGconn* connection, const std::string& statement, ExecStatusType wanted) {
    const Result result{PQexec(connection, statement.c_str())};
    if (PQresultStatus(result.get()) != wanted) fail(connection);
}

// The rows that the server counted.
std::size_t finish(PGconn* connection) {
    const Result result{PQgetResult(connection)};
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(connection);
    return std::strtoull(PQcmdTuples(result.get()), nullptr, 10);
}

void load(Part& part) {
    PGconn* connection = part.connection.get();
    const File file(part.file, O_RDONLY);
    std::vector<char> buffer(write_bytes);
    begin(connection, part.statement, PGRES_COPY_IN);
    for (;;) {
        const ssize_t count = read(file.descriptor(), buffer.data(), buffer.size());
        if (count < 0) throw std::system_error(errno, std::generic_category(), part.file);
        if (count == 0) break;
        if (PQputCopyData(connection, buffer.data(), static_cast<int>(count)) != 1) fail(connection);
        part.bytes += static_cast<std::size_t>(count);
    }
    if (PQputCopyEnd(connection, nullptr) != 1) fail(connection);
    part.rows = finish(connection);
}

void write_all(int descriptor, const char* bytes, std::size_t count) {
    while (count > 0) {
        const ssize_t written = write(descriptor, bytes, count);
        if (written < 0) throw std::system_error(errno, std::generic_category(), "write");
        bytes += written;
        count -= static_cast<std::size_t>(written);
    }
}

void receive(Part& part) {
    PGconn* connection = part.connection.get();
    std::unique_ptr<File> file;
    if (!part.file.empty()) file = std::make_unique<File>(part.file, O_WRONLY | O_CREAT | O_TRUNC);
    std::string pending;
    begin(connection, part.statement, PGRES_COPY_OUT);
    char* message = nullptr;
    int length = 0;
    while ((length = PQgetCopyData(connection, &message, 0)) > 0) {
        part.bytes += static_cast<std::size_t>(length);
        if (file) pending.append(message, static_cast<std::size_t>(length));
        PQfreemem(message);
        if (pending.size() < write_bytes) continue;
        write_all(file->descriptor(), pending.data(), pending.size());
        pending.clear();
    }
    if (length == -2) fail(connection);
    if (file) write_all(file->descriptor(), pending.data(), pending.size());
    part.rows = finish(connection);
}

template <typename Work>
double run(const std::string& url, std::vector<Part>& parts, Work work) {
    for (Part& part : parts) {
        part.connection.reset(PQconnectdb(url.c_str()));
        if (PQstatus(part.connection.get()) != CONNECTION_OK) fail(part.connection.get());
    }
    const auto began = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> threads;
        for (Part& part : parts) {
            threads.emplace_back([&part, work] {
                try {
                    work(part);
                } catch (...) {
                    part.error = std::current_exception();
                }
            });
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    for (const Part& part : parts) {
        if (part.error) std::rethrow_exception(part.error);
    }
    return took.count();
}

std::string copy_out(const std::string& query) { return "COPY (" + query + ") TO STDOUT (FORMAT binary)"; }

std::vector<Part> parts_of(const std::string& what, const std::vector<std::string>& rest) {
    std::vector<Part> parts;
    if (what == "in") {
        for (std::size_t i = 1; i < rest.size(); ++i)
            parts.push_back({.statement = "COPY " + rest[0] + " FROM STDIN (FORMAT binary)", .file = rest[i]});
    } else if (what == "out") {
        for (const std::string& query : rest) parts.push_back({.statement = copy_out(query)});
    } else if (what == "save") {
        for (std::size_t i = 0; i + 1 < rest.size(); i += 2) parts.push_back({.statement = copy_out(rest[i]), .file = rest[i + 1]});
    }
    return parts;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    try {
        std::vector<Part> parts;
        if (arguments.size() > 2) parts = parts_of(arguments[0], {arguments.begin() + 2, arguments.end()});
        if (parts.empty()) throw std::runtime_error("usage: copy_client in URL TABLE FILE... | out URL QUERY... | save URL QUERY FILE ...");
        const double wall_s = run(arguments[1], parts, arguments[0] == "in" ? load : receive);
        std::size_t rows = 0, bytes = 0;
        for (const Part& part : parts) rows += part.rows, bytes += part.bytes;
        const double cpu_s = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
        std::printf("{\"wall_s\": %.6f, \"cpu_s\": %.6f, \"rows\": %zu, \"bytes\": %zu}\n", wall_s, cpu_s, rows, bytes);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "copy_client: %s\n", e.what());
        return 1;
    }
}
