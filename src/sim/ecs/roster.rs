//! All the tasks there are, by id and by the service that they belong to.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::timed::{Table, Timed};
use super::status::Status;
use super::task::Task;
use crate::value::Timestamp;

#[derive(Clone, Default)]
pub struct Roster {
    tasks: Timed<Task>,
    /// The ids of a service's tasks; those of none stand below the empty key.
    by_service: Table<BTreeSet<String>>,
    /// The same without those that are STOPPED and only remembered.
    alive: Table<BTreeSet<String>>,
    /// How many of a service's tasks run.
    running: Table<i64>,
}

impl Roster {
    pub fn insert(&mut self, task: Task) {
        let id = task.id().to_owned();
        self.by_service.entry(task.service.clone()).or_default().insert(id.clone());
        if task.status != Status::Stopped {
            self.alive.entry(task.service.clone()).or_default().insert(id.clone());
        }
        count(&mut self.running, &task.service, false, task.is_running());
        self.tasks.put(&id, task);
    }

    pub fn remove(&mut self, id: &str) {
        let Some(task) = self.tasks.take(id) else {
            return;
        };
        forget(&mut self.by_service, &task.service, id);
        forget(&mut self.alive, &task.service, id);
        count(&mut self.running, &task.service, task.is_running(), false);
    }

    pub fn get(&self, id: &str) -> Option<&Task> {
        self.tasks.get(id)
    }

    pub fn change<R>(&mut self, id: &str, change: impl FnOnce(&mut Task) -> R) -> Option<R> {
        let (alive, running) = (&mut self.alive, &mut self.running);
        self.tasks.change(id, |task| {
            let ran = task.is_running();
            let result = change(task);
            count(running, &task.service, ran, task.is_running());
            if task.status == Status::Stopped {
                forget(alive, &task.service, id);
            }
            result
        })
    }

    pub fn all(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values()
    }

    /// The tasks of one service, stopped ones too.
    pub fn of<'a>(&'a self, service: &str) -> impl Iterator<Item = &'a Task> + use<'a> {
        self.by_service.get(service).into_iter().flatten().filter_map(|id| self.tasks.get(id))
    }

    /// The tasks of one service that are not STOPPED.
    pub fn alive_of<'a>(&'a self, service: &str) -> impl Iterator<Item = &'a Task> + use<'a> {
        self.alive.get(service).into_iter().flatten().filter_map(|id| self.tasks.get(id))
    }

    /// The ids of those of them that `wanted` picks.
    pub fn ids_of(&self, service: &str, wanted: impl Fn(&Task) -> bool) -> Vec<String> {
        self.alive_of(service).filter(|task| wanted(task)).map(|task| task.id().to_owned()).collect()
    }

    pub fn running_of(&self, service: &str) -> i64 {
        self.running.get(service).copied().unwrap_or_default()
    }

    pub fn first_due(&self) -> Option<Timestamp> {
        self.tasks.first_due()
    }

    pub fn next_due(&self, now: Timestamp) -> Option<String> {
        self.tasks.next_due(now)
    }
}

fn count(running: &mut Table<i64>, service: &str, before: bool, after: bool) {
    if before == after {
        return;
    }
    match running.get_mut(service) {
        Some(count) => *count += i64::from(after) - i64::from(before),
        None => drop(running.insert(service.to_owned(), 1)),
    }
}

fn forget(index: &mut Table<BTreeSet<String>>, service: &str, id: &str) {
    if let Some(ids) = index.get_mut(service) {
        ids.remove(id);
        if ids.is_empty() {
            index.remove(service);
        }
    }
}

impl Serialize for Roster {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.all())
    }
}

impl<'de> Deserialize<'de> for Roster {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Roster, D::Error> {
        let mut roster = Roster::default();
        Vec::deserialize(from)?.into_iter().for_each(|task| roster.insert(task));
        Ok(roster)
    }
}
