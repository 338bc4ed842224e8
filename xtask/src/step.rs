//! One step: a command, its name, how long it took.

use std::process::Command;
use std::time::Instant;

/// Runs a command in the workspace and prints its name before and its duration after.
///
/// # Errors
/// A sentence with the command, when it cannot be started or fails.
pub(crate) fn run(name: &str, command: &mut Command) -> Result<(), String> {
    println!("==> {name}");
    let started = Instant::now();
    let status = command
        .current_dir(crate::place::workspace())
        .status()
        .map_err(|error| format!("{name}: {} does not start: {error}", shown(command)))?;
    let seconds = started.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("{name} failed after {seconds:.1} s ({status}): {}", shown(command)));
    }
    println!("<== {name}: {seconds:.1} s");
    Ok(())
}

/// A program with arguments.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// Whether a command ends well; what it prints is thrown away.
pub(crate) fn succeeds(program: &str, arguments: &[&str]) -> bool {
    command(program, arguments).output().is_ok_and(|output| output.status.success())
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(|it| it.to_string_lossy()));
    words.join(" ")
}
