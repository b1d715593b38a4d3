//! A prompt on a real pseudo-terminal, and what its screen shows: a terminal
//! emulator reads what the program writes.

use std::io::{Read, Write};
use std::num::NonZero;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::Project;
use crate::moto;

const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/prompt/drive.py");
/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(30);

pub const ENTER: &str = "\r";
pub const TAB: &str = "\t";
pub const CTRL_C: &str = "\x03";
pub const CTRL_D: &str = "\x04";
pub const CTRL_R: &str = "\x12";
pub const UP: &str = "\x1b[A";

fn some(size: u16) -> NonZero<u16> {
    NonZero::new(size).expect("a terminal has room")
}

pub struct Terminal {
    child: Child,
    orders: ChildStdin,
    parser: Arc<Mutex<vt100::Parser>>,
}

impl Terminal {
    /// Starts `rollbook` on a terminal of 24 rows and 100 columns; nothing
    /// where there is no Python.
    pub fn start(project: &Project, arguments: &[&str]) -> Option<Terminal> {
        Terminal::start_with(project, arguments, &[])
    }

    pub fn start_with(project: &Project, arguments: &[&str], variables: &[(&str, &str)]) -> Option<Terminal> {
        let python = moto::python()?;
        let (rows, columns) = (24, 100);
        let rollbook = project.command(arguments);
        let mut command = Command::new(python);
        command.arg(DRIVER).args([rows.to_string(), columns.to_string()]).arg(rollbook.get_program()).args(rollbook.get_args());
        command.current_dir(project.path()).env_clear().env("TERM", "xterm").env("NO_COLOR", "1");
        command.envs(rollbook.get_envs().filter_map(|(name, value)| Some((name, value?)))).env_remove("COLUMNS");
        command.envs(variables.iter().copied());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python runs");
        let orders = child.stdin.take().expect("a pipe");
        let mut written = child.stdout.take().expect("a pipe");
        let parser = Arc::new(Mutex::new(vt100::Parser::new(some(rows), some(columns), 1000)));
        let reading = parser.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = written.read(&mut bytes) {
                reading.lock().unwrap().process(&bytes[..read]);
            }
        });
        Some(Terminal { child, orders, parser })
    }

    fn order(&mut self, order: &Value) {
        writeln!(self.orders, "{order}").expect("the driver reads");
        self.orders.flush().expect("the driver reads");
    }

    pub fn keys(&mut self, keys: &str) -> &mut Terminal {
        self.order(&json!({ "keys": keys }));
        self
    }

    /// Takes back what is typed.
    #[track_caller]
    pub fn clear(&mut self) -> &mut Terminal {
        self.keys("\x15").ready()
    }

    /// Types a line, sees it, and presses Enter.
    #[track_caller]
    pub fn line(&mut self, line: &str) -> &mut Terminal {
        let letters: Vec<char> = line.chars().filter(|letter| !letter.is_whitespace()).collect();
        let end: String = letters[letters.len().saturating_sub(20)..].iter().collect();
        self.keys(line).until(&format!("showed {line:?} as typed"), |terminal| terminal.flat().ends_with(&end)).keys(ENTER)
    }

    pub fn resize(&mut self, rows: u16, columns: u16) -> &mut Terminal {
        self.parser.lock().unwrap().screen_mut().set_size(some(rows), some(columns));
        self.order(&json!({ "size": [rows, columns] }));
        self
    }

    /// Sends the program a signal.
    pub fn signal(&mut self, number: i32) -> &mut Terminal {
        self.order(&json!({ "signal": number }));
        self
    }

    /// What stands on the screen, without spaces at the ends of its lines.
    pub fn screen(&self) -> String {
        let parser = self.parser.lock().unwrap();
        let (_, columns) = parser.screen().size();
        parser
            .screen()
            .rows(0, columns.get())
            .map(|row| row.trim_end().to_owned())
            .collect::<Vec<_>>()
            .join("\n")
            .trim_end()
            .to_owned()
    }

    /// The same without spaces, so that it does not matter where lines break.
    pub fn flat(&self) -> String {
        self.screen().split_whitespace().collect()
    }

    /// Whether anything on the screen has a color of its own, or is faint.
    pub fn has_color(&self) -> bool {
        let parser = self.parser.lock().unwrap();
        let (rows, columns) = parser.screen().size();
        let mut cells = (0..rows.get()).flat_map(|row| (0..columns.get()).map(move |column| (row, column)));
        cells.any(|(row, column)| {
            let cell = parser.screen().cell(row, column);
            cell.is_some_and(|cell| cell.fgcolor() != vt100::Color::Default || cell.bold() || cell.dim())
        })
    }

    /// The line on which the cursor stands.
    pub fn present(&self) -> String {
        let parser = self.parser.lock().unwrap();
        let (row, _) = parser.screen().cursor_position();
        let (_, columns) = parser.screen().size();
        parser.screen().rows(0, columns.get()).nth(row.into()).unwrap_or_default().trim_end().to_owned()
    }

    #[track_caller]
    pub fn until(&mut self, what: &str, holds: impl Fn(&Terminal) -> bool) -> &mut Terminal {
        let began = Instant::now();
        while !holds(self) {
            let ended = self.child.try_wait().expect("a child");
            assert!(began.elapsed() < PATIENCE && ended.is_none(), "never {what} (ended: {ended:?})\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        }
        self
    }

    #[track_caller]
    pub fn shows(&mut self, text: &str) -> &mut Terminal {
        self.until(&format!("showed {text:?}"), |terminal| terminal.screen().contains(text))
    }

    /// Waits until the cursor stands behind an empty prompt.
    #[track_caller]
    pub fn ready(&mut self) -> &mut Terminal {
        // A line that was typed and not yet taken does not end like that.
        self.until("came back to the prompt", |terminal| terminal.present().ends_with('❯'))
    }

    /// Waits for the end; gives the exit code, or 97 where the terminal is not as
    /// it was found.
    #[track_caller]
    pub fn ends(&mut self) -> i32 {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code().unwrap_or(-1);
            }
            assert!(began.elapsed() < PATIENCE, "it never ended\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
