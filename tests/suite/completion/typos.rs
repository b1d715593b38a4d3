//! One slip of the finger: how often the right name is suggested. Over all
//! operations, and all members of all requests; letters from a fixed seed.

use std::collections::BTreeSet;

use rollbook::api::{SERVICES, nearest};

/// Every deletion and every swap of neighbors; for each place one other letter
/// and one letter too many.
fn slips(name: &str, dice: &mut u64) -> BTreeSet<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut slips = BTreeSet::new();
    let put = |letters: &[char]| letters.iter().collect::<String>();
    for at in 0..letters.len() {
        let mut other = letters.clone();
        other.remove(at);
        slips.insert(put(&other));
        if at + 1 < letters.len() {
            let mut other = letters.clone();
            other.swap(at, at + 1);
            slips.insert(put(&other));
        }
        let mut other = letters.clone();
        other[at] = letter(dice);
        slips.insert(put(&other));
        let mut other = letters.clone();
        other.insert(at, letter(dice));
        slips.insert(put(&other));
    }
    slips.remove(name);
    slips.remove("");
    slips
}

fn letter(dice: &mut u64) -> char {
    *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let letters = b"abcdefghijklmnopqrstuvwxyz";
    char::from(letters[(*dice >> 33) as usize % letters.len()])
}

/// Tried and right, and a few that were wrong.
#[derive(Default)]
struct Score {
    tried: usize,
    right: usize,
    wrong: Vec<String>,
}

impl Score {
    fn try_all(&mut self, names: &[&str], every: usize, dice: &mut u64) {
        for name in names {
            for slip in slips(name, dice).into_iter().step_by(every) {
                // What is another name is no typo: AWS, too, would understand it.
                if names.contains(&slip.as_str()) {
                    continue;
                }
                self.tried += 1;
                match nearest(&slip, names.iter().copied()) {
                    Some(found) if found == *name => self.right += 1,
                    other => self.wrong.push(format!("{slip} for {name}: {other:?}")),
                }
            }
        }
    }

    fn tell(&self, what: &str) {
        let rate = 100.0 * self.right as f64 / self.tried as f64;
        println!("{what}: {} of {} slips suggest the right name, {rate:.2} %", self.right, self.tried);
        self.wrong.iter().step_by(self.wrong.len() / 12 + 1).for_each(|wrong| println!("  {wrong}"));
        assert!(rate >= 95.0, "{what}: {rate:.2} %");
    }
}

#[test]
fn one_slip_suggests_the_right_operation() {
    let (mut score, mut dice) = (Score::default(), 41);
    for service in SERVICES {
        let names: Vec<&str> = service.operations.iter().map(|operation| operation.method).collect();
        score.try_all(&names, 3, &mut dice);
    }
    score.tell("operations");
}

#[test]
fn one_slip_suggests_the_right_member() {
    let (mut score, mut dice, mut seen) = (Score::default(), 42, BTreeSet::new());
    for way in super::every_member() {
        let model = way.operation.service().model();
        // Each structure once: the members that stand beside each other.
        if way.path.matches('.').count() > 1 {
            continue;
        }
        let Some(input) = way.operation.input() else { continue };
        let mut open = vec![input.name.clone()];
        while let Some(name) = open.pop() {
            if !seen.insert((way.operation.module, name.clone())) {
                continue;
            }
            let structure = model.structure(&name).expect("a structure");
            let names: Vec<&str> = structure.members.keys().map(String::as_str).collect();
            // All of them would take a minute; a third tells as much.
            score.try_all(&names, 3, &mut dice);
            open.extend(structure.members.values().filter_map(|member| inner(&member.kind)));
        }
    }
    score.tell("members");
}

fn inner(kind: &rollbook::api::Type) -> Option<String> {
    use rollbook::api::Type;
    match kind {
        Type::List(item) | Type::Map(item) => inner(item),
        Type::Structure(name) => Some(name.clone()),
        _ => None,
    }
}
