//! From the start of the process to a prompt on a real pseudo-terminal, which
//! is Python's: its own fork is in the figure.

use std::process::Command;

const BUDGET_MS: f64 = 60.0;
const STARTS: usize = 40;
const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/prompt/start.py");

/// Prints the figure, or why there is none.
pub fn say() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new("python3");
    command.arg(DRIVER).arg(STARTS.to_string()).arg(env!("CARGO_BIN_EXE_rollbook")).args(["repl", "--sandbox"]);
    command.current_dir(&folder).env("ROLLBOOK_STATE", folder.path()).env("TERM", "xterm");
    let printed = match command.output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(output) => return println!("start to prompt: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => return println!("start to prompt: needs python3: {error}"),
    };
    let mut times: Vec<f64> = printed.lines().filter_map(|line| line.parse().ok()).collect();
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    println!(
        "start to prompt: {:.1} ms median, {:.1} ms p90, {:.1} ms slowest (budget {BUDGET_MS} ms, {} starts)",
        at(0.5),
        at(0.9),
        at(1.0),
        times.len()
    );
}
