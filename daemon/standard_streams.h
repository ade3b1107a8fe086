// Standard input, output and error of a program that was started without them.
#pragma once

namespace lantern_migrate::daemon {

// First thing in main(): what is closed is opened on nothing, so that no file or connection that is opened later gets its number, and
// with it what is meant for the terminal. Writing there stays an error.
void keep_standard_streams();

}  // namespace lantern_migrate::daemon
