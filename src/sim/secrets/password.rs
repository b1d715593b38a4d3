//! Random passwords, from the sandbox's own dice: the same seed gives the same.

use super::super::dice::Dice;
use super::super::refuse::invalid_parameter;
use super::super::{Answer, Sim};
use crate::map;
use crate::value::Value;

const LENGTH_DEFAULT: i64 = 32;

/// Each type of character, and the switch that leaves it out.
const TYPES: [(&str, &str); 4] = [
    ("ExcludeLowercase", "abcdefghijklmnopqrstuvwxyz"),
    ("ExcludeUppercase", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("ExcludeNumbers", "0123456789"),
    ("ExcludePunctuation", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
];

pub fn get(sim: &mut Sim, request: &Value) -> Answer {
    let flag = |name: &str| request.get(name).and_then(Value::as_bool);
    let excluded = request.text("ExcludeCharacters").unwrap_or_default();
    let without = |letters: &str| letters.chars().filter(|letter| !excluded.contains(*letter)).collect::<Vec<char>>();
    let asked = TYPES.iter().filter(|(switch, _)| flag(switch) != Some(true));
    let types: Vec<Vec<char>> = asked.map(|(_, letters)| without(letters)).collect();
    let mut alphabet = types.concat();
    if flag("IncludeSpace") == Some(true) {
        alphabet.extend(without(" "));
    }
    if alphabet.is_empty() {
        return Err(invalid_parameter("There are no characters left to make a password from."));
    }
    let required = if flag("RequireEachIncludedType") == Some(false) { &[][..] } else { &types[..] };
    if required.iter().any(Vec::is_empty) {
        return Err(invalid_parameter("All characters of a required type are excluded."));
    }
    let length = request.get("PasswordLength").and_then(Value::as_int).unwrap_or(LENGTH_DEFAULT);
    let length = usize::try_from(length).unwrap_or_default();
    if length < required.len() {
        return Err(invalid_parameter("Password length is too short based on the required types."));
    }
    Ok(map! { "RandomPassword" => compose(&mut sim.dice, length, &alphabet, required) })
}

/// One of each required type, the rest from all, and then shuffled.
fn compose(dice: &mut Dice, length: usize, alphabet: &[char], required: &[Vec<char>]) -> String {
    let mut password: Vec<char> = required.iter().map(|letters| pick(dice, letters)).collect();
    while password.len() < length {
        password.push(pick(dice, alphabet));
    }
    for last in (1..password.len()).rev() {
        password.swap(last, dice.below(last as u64 + 1) as usize);
    }
    password.into_iter().collect()
}

fn pick(dice: &mut Dice, letters: &[char]) -> char {
    letters[dice.below(letters.len() as u64) as usize]
}
