@rem npm runs scripts in a shell. `exec` makes a POSIX shell give way to the program, so that it gets the signals and its exit code counts; here the same word runs it.
@%*
