//! What ran, a line a finished run, with the hash that its journal ended in:
//! a journal whose end was removed no longer agrees with it.

use serde::{Deserialize, Serialize};

use super::file::{unreadable, unwritable};
use super::runs::State;
use crate::journal::{Hash, Opening, StoreError, Verdict};
use crate::outside::{self, LogFile};
use crate::value::{Timestamp, Value};

const FILE: &str = "history.jsonl";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub run: String,
    pub runbook: String,
    pub version: String,
    /// The hash of the runbook's text.
    pub script: String,
    pub revision: Option<String>,
    #[serde(default)]
    pub dirty: bool,
    pub environment: String,
    pub service: Option<String>,
    pub account: Option<String>,
    pub region: String,
    pub sandbox: bool,
    pub by: String,
    pub began: Timestamp,
    pub ended: Timestamp,
    /// How long it took in its own world's time.
    pub took_ms: i64,
    pub writes: bool,
    pub verdict: Verdict,
    pub summary: String,
    /// The hash of the journal's last entry.
    pub head: String,
}

impl Opening {
    /// The line of a run that began like this and came as far as `last`, in its
    /// world's time. When it ended on the wall is the caller's to say.
    pub fn row(&self, account: Option<String>, last: Timestamp, verdict: Verdict, summary: String, head: Hash) -> Row {
        let text = |name: &str| self.environment.0.text(name).map(str::to_owned);
        Row {
            run: self.run.clone(),
            runbook: self.runbook.clone(),
            version: self.version.clone(),
            script: String::new(),
            revision: self.revision.clone(),
            dirty: self.dirty,
            environment: text("name").unwrap_or_default(),
            service: text("service"),
            account,
            region: text("region").unwrap_or_default(),
            sandbox: self.environment.0.get("sandbox").and_then(Value::as_bool).unwrap_or_default(),
            by: self.by.clone(),
            began: self.started,
            ended: self.started,
            took_ms: last.as_millisecond() - self.at.as_millisecond(),
            writes: self.writes,
            verdict,
            summary,
            head: head.to_string(),
        }
    }
}

impl State {
    pub fn remember(&self, row: &Row) -> Result<(), StoreError> {
        let mut line = serde_json::to_string(row).map_err(|error| StoreError::Unwritable(error.to_string()))?;
        line.push('\n');
        let mut file = LogFile::open_or_create(&self.folder().join(FILE)).map_err(unwritable)?;
        file.lock().map_err(unwritable)?;
        let length = file.length().map_err(unwritable)?;
        // A line that a crash cut off stays alone.
        if length > 0 && file.read_from(length - 1).map_err(unwritable)? != b"\n" {
            line.insert(0, '\n');
        }
        file.append(line.as_bytes()).map_err(unwritable)?;
        // Nobody misses a look after a power failure.
        if row.writes { file.sync().map_err(unwritable) } else { Ok(()) }
    }

    /// Every finished run, in the order of their ends.
    pub fn history(&self) -> Result<Vec<Row>, StoreError> {
        match outside::read_text(&self.folder().join(FILE)) {
            Ok(text) => Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(unreadable(error)),
        }
    }
}
