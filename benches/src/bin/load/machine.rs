//! The machine: cores to run on, processor time and memory of processes.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The core of the servers.
const SERVER: &str = "1";

/// The core of the client.
const CLIENT: &str = "0";

/// Clock ticks a second in `/proc/PID/stat`: 100 on every Linux of today, whatever the kernel counts in.
const TICKS: u64 = 100;

/// Moves the main thread, which is all that works here, to the client's core.
pub(crate) fn to_client_core() {
    taskset(CLIENT);
}

/// Starts a process on the servers' core: what is spawned inherits the core of the thread that spawns it, and a runtime
/// that asks for the number of processors sees one.
pub(crate) fn on_server_core<T>(start: impl FnOnce() -> T) -> T {
    taskset(SERVER);
    let started = start();
    to_client_core();
    started
}

fn taskset(core: &str) {
    let set = Command::new("taskset")
        .args(["-p", "-c", core])
        .arg(std::process::id().to_string())
        .stdout(Stdio::null())
        .status()
        .expect("taskset (util-linux) is there");
    assert!(set.success(), "this needs two cores");
}

/// Processor time that a process has used, all its threads: `utime` and `stime`.
pub(crate) fn cpu(pid: u32) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    // The name, in brackets, may hold blanks.
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks: u64 = fields[11..13].iter().map(|field| field.parse::<u64>().expect("a number")).sum();
    Duration::from_millis(ticks * 1_000 / TICKS)
}

/// Resident memory now and at its highest, in MB.
pub(crate) fn memory(pid: u32) -> (f64, f64) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        let kilobytes = line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number of kB");
        kilobytes / 1_024.0
    };
    (field("VmRSS:"), field("VmHWM:"))
}

/// The load average of the last minute: what else runs here.
pub(crate) fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}

/// The processor's name.
pub(crate) fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name"));
    model.map_or("an unknown processor", |it| it.trim_start_matches(['\t', ' ', ':'])).to_owned()
}
