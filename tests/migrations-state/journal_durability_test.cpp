// What a commit promised survives a kill at any moment.
#include "journal_fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

namespace lantern_migrate::migrations_state {
namespace {

constexpr int kills = 20;
constexpr int chunk_count = 4000;

// Ends one chunk after the other, and tells of each through the pipe once the journal has said it is durable.
[[noreturn]] void end_chunks_until_killed(const std::filesystem::path& file, TableId table, int first, int pipe) {
    Journal journal = Journal::open(file);
    for (int number = first; number < chunk_count; ++number) {
        journal.begin_chunk(table, number);
        journal.end_chunk(table, number, {.rows = static_cast<std::uint64_t>(number), .digest = std::to_string(number)});
        if (write(pipe, "a", 1) != 1) _exit(3);
    }
    _exit(0);
}

struct Moment {
    int acknowledgements = 0;               // the child is left alone until it has told of so many
    std::chrono::microseconds patience{0};  // and so much longer
};

// Gives the number of acknowledged chunks.
int acknowledged_before_kill(const std::filesystem::path& file, TableId table, int first, const Moment& moment) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("pipe");
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("fork");
    if (child == 0) {
        close(ends[0]);
        end_chunks_until_killed(file, table, first, ends[1]);
    }
    close(ends[1]);
    int count = 0;
    char byte = 0;
    while (count < moment.acknowledgements && read(ends[0], &byte, 1) == 1) ++count;
    std::this_thread::sleep_for(moment.patience);
    kill(child, SIGKILL);
    while (read(ends[0], &byte, 1) == 1) ++count;
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFSIGNALED(status)) throw std::runtime_error("the child ended by itself");
    return count;
}

TEST(JournalDurability, EverythingAcknowledgedBeforeAKillIsThereAfterIt) {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "journal.db";
    JobId job = 0;
    TableId table = 0;
    {
        Journal journal = Journal::open(file);
        job = journal.create_job({.name = "words"}).id;
        NewTable big{.schema = "public", .name = "items"};
        big.chunks.resize(chunk_count);
        journal.save_tables(job, {&big, 1});
        table = journal.tables(job)[0].id;
    }

    std::minstd_rand random(20260101);  // NOLINT: repeatable on purpose; the scheduler adds the chance
    int first = 0;
    for (int kill = 0; kill < kills; ++kill) {
        // At least one; then anywhere within the next chunk's two commits or, now and then, a checkpoint.
        const Moment moment{.acknowledgements = 1 + static_cast<int>(random() % 8),
                            .patience = std::chrono::microseconds(random() % 10'000)};
        const int count = acknowledged_before_kill(file, table, first, moment);
        ASSERT_GE(count, moment.acknowledgements);
        const Journal journal = Journal::open(file);
        const auto chunks = journal.chunks(job);
        ASSERT_EQ(chunks.size(), static_cast<std::size_t>(chunk_count));
        for (int number = 0; number < first + count; ++number) {
            const ChunkRecord& chunk = chunks[static_cast<std::size_t>(number)];
            ASSERT_EQ(chunk.state, ChunkState::done) << "kill " << kill << ", chunk " << number;
            ASSERT_EQ(chunk.totals.rows, static_cast<std::uint64_t>(number));
            ASSERT_EQ(chunk.totals.digest, std::to_string(number));
        }
        // One more may have been durable without its acknowledgement; nothing beyond it was begun.
        first += count;
        if (first < chunk_count && chunks[static_cast<std::size_t>(first)].state == ChunkState::done) ++first;
        for (int number = first + 1; number < chunk_count; ++number) {
            ASSERT_EQ(chunks[static_cast<std::size_t>(number)].attempt, 0) << "kill " << kill << ", chunk " << number;
        }
    }
}

}  // namespace
}  // namespace lantern_migrate::migrations_state
