//! The program: hands the command line to `goodturn::cli` and its exit code to the system.

fn main() -> std::process::ExitCode {
    goodturn::cli::main()
}
