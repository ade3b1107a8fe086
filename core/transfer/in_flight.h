// A chunk's part in the progress while it is being copied.
#pragma once

#include "core/progress.h"

#include <algorithm>

namespace lantern_migrate::transfer {

// Tells the progress about the chunk in flight and takes it back unless the chunk came to its end.
class InFlight {
public:
    InFlight(Progress& progress, std::size_t table, std::uint64_t disk_bytes, std::uint64_t expected_rows)
        : progress_(progress), table_(table), disk_bytes_(disk_bytes), expected_rows_(std::max<std::uint64_t>(expected_rows, 1)) {}
    ~InFlight() {
        if (!done_) progress_.chunk_abandoned(table_, rows_, shown_);
    }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

    void written(std::uint64_t rows, std::uint64_t wire_bytes) {
        progress_.add_rows(table_, rows - rows_, wire_bytes);
        rows_ = rows;
        // Never quite all of it before the commit: the estimate of rows may be low.
        const double part = std::min(static_cast<double>(rows) / static_cast<double>(expected_rows_), 0.98);
        const auto shown = static_cast<std::uint64_t>(part * static_cast<double>(disk_bytes_));
        progress_.set_in_flight(table_, static_cast<std::int64_t>(shown) - static_cast<std::int64_t>(shown_));
        shown_ = shown;
    }
    void done(std::uint64_t rows) {
        progress_.add_rows(table_, rows - rows_, 0);
        progress_.set_in_flight(table_, -static_cast<std::int64_t>(shown_));
        progress_.chunk_done(table_, disk_bytes_);
        done_ = true;
    }

private:
    Progress& progress_;
    std::size_t table_;
    std::uint64_t disk_bytes_;
    std::uint64_t expected_rows_;
    std::uint64_t rows_ = 0;
    std::uint64_t shown_ = 0;
    bool done_ = false;
};

}  // namespace lantern_migrate::transfer
