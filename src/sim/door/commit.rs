//! The log on its way to the disk. Requests that wait at the same time share
//! one write to the disk: while it runs, the next ones gather.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{Notify, watch};

use super::ledger::Storage;

/// What the disk holds, or why it holds no more.
#[derive(Clone, Debug)]
pub enum Disk {
    Holds(u64),
    Failed(String),
}

/// How many lines were added before, this one included.
#[derive(Clone, Copy, Debug)]
pub struct Ticket(u64);

pub struct Commit {
    storage: Arc<dyn Storage>,
    added: AtomicU64,
    work: Notify,
    disk: watch::Sender<Disk>,
}

impl Commit {
    pub fn new(storage: Arc<dyn Storage>) -> Commit {
        Commit { storage, added: AtomicU64::new(0), work: Notify::new(), disk: watch::Sender::new(Disk::Holds(0)) }
    }

    /// To be called in the order in which things happened to the world.
    pub fn add(&self, line: &str) -> Ticket {
        if let Err(error) = self.storage.append(line.as_bytes()) {
            drop(self.fail(&error));
        }
        let ticket = Ticket(self.added.fetch_add(1, Ordering::SeqCst) + 1);
        self.work.notify_one();
        ticket
    }

    /// Returns when the line is on the disk; with the reason if it never will be.
    pub async fn wait(&self, ticket: Ticket) -> Result<(), String> {
        let mut disk = self.disk.subscribe();
        let settled = |disk: &Disk| match disk {
            Disk::Holds(lines) => *lines >= ticket.0,
            Disk::Failed(_) => true,
        };
        match disk.wait_for(settled).await.as_deref() {
            Ok(Disk::Failed(why)) => Err(why.clone()),
            Ok(Disk::Holds(_)) => Ok(()),
            Err(_) => Err("the sandbox stops".into()),
        }
    }

    /// To be dropped with the server, and taken up again without loss.
    pub async fn work(&self) {
        loop {
            let lines = self.added.load(Ordering::SeqCst);
            // In a statement of its own: the look must not last through the wait.
            let behind = matches!(*self.disk.borrow(), Disk::Holds(held) if held < lines);
            if !behind {
                self.work.notified().await;
                continue;
            }
            let storage = self.storage.clone();
            match tokio::task::spawn_blocking(move || storage.sync()).await {
                Ok(Ok(())) => self.held(lines),
                Ok(Err(error)) => drop(self.fail(&error)),
                Err(_) => return,
            }
        }
    }

    /// Replaces the snapshot, then begins the log anew.
    pub fn compact(&self, snapshot: &str, head: &str) -> Result<(), String> {
        let done = self.storage.replace(snapshot).and_then(|()| {
            self.storage.cut(0)?;
            self.storage.append(head.as_bytes())?;
            self.storage.sync()
        });
        done.map_err(|error| self.fail(&error))?;
        self.held(self.added.load(Ordering::SeqCst));
        Ok(())
    }

    /// Completes when nothing can be kept any more.
    pub async fn failed(&self) -> String {
        let mut disk = self.disk.subscribe();
        match disk.wait_for(|disk| matches!(disk, Disk::Failed(_))).await.as_deref() {
            Ok(Disk::Failed(why)) => why.clone(),
            _ => std::future::pending().await,
        }
    }

    fn held(&self, lines: u64) {
        self.disk.send_if_modified(|disk| match disk {
            Disk::Holds(before) if *before < lines => {
                *before = lines;
                true
            }
            // A disk that failed once is not believed again.
            _ => false,
        });
    }

    fn fail(&self, error: &io::Error) -> String {
        let why = format!("the sandbox cannot keep its state: {error}");
        self.disk.send_replace(Disk::Failed(why.clone()));
        why
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Counts, and fails when it is told to.
    #[derive(Default)]
    struct Paper {
        synced: AtomicU64,
        refusal: Mutex<Option<&'static str>>,
    }

    impl Storage for Paper {
        fn append(&self, _: &[u8]) -> io::Result<()> {
            Ok(())
        }

        fn sync(&self) -> io::Result<()> {
            self.synced.fetch_add(1, Ordering::SeqCst);
            self.refusal.lock().unwrap().map_or(Ok(()), |why| Err(io::Error::other(why)))
        }

        fn cut(&self, _: u64) -> io::Result<()> {
            Ok(())
        }

        fn replace(&self, _: &str) -> io::Result<()> {
            Ok(())
        }
    }

    /// Waits with the disk at work, or for as long as everything else takes.
    async fn wait(commit: &Commit, ticket: Ticket) -> Result<(), String> {
        tokio::select! { kept = commit.wait(ticket) => kept, () = commit.work() => Err("the work ended".into()) }
    }

    #[tokio::test]
    async fn lines_that_wait_together_share_one_write_to_the_disk() {
        let paper = Arc::new(Paper::default());
        let commit = Commit::new(paper.clone());
        let tickets: Vec<Ticket> = (0..10).map(|_| commit.add("line\n")).collect();
        let early = tokio::time::timeout(std::time::Duration::ZERO, commit.wait(tickets[0])).await;
        assert!(early.is_err(), "nothing is on the disk yet");
        for ticket in tickets {
            assert_eq!(wait(&commit, ticket).await, Ok(()));
        }
        assert_eq!(paper.synced.load(Ordering::SeqCst), 1);
        let next = commit.add("line\n");
        assert_eq!(wait(&commit, next).await, Ok(()));
        assert_eq!(paper.synced.load(Ordering::SeqCst), 2);
        let last = commit.add("line\n");
        commit.compact("world", "head").unwrap();
        assert_eq!(commit.wait(last).await, Ok(()), "the snapshot holds it");
    }

    #[tokio::test]
    async fn a_disk_that_failed_is_not_believed_again() {
        let paper = Arc::new(Paper::default());
        *paper.refusal.lock().unwrap() = Some("no space left");
        let commit = Commit::new(paper.clone());
        let ticket = commit.add("line\n");
        let lost = Err("the sandbox cannot keep its state: no space left".to_owned());
        assert_eq!(wait(&commit, ticket).await, lost);
        *paper.refusal.lock().unwrap() = None;
        let later = commit.add("line\n");
        assert_eq!(wait(&commit, later).await, lost);
        assert_eq!(Err(commit.failed().await), lost);
    }
}
