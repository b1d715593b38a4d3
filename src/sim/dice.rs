//! All the chance there is: a seed and how often it was asked. Written out
//! here, so that no library's next version changes what a seed means.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dice {
    seed: u64,
    drawn: u64,
}

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice { seed, drawn: 0 }
    }

    pub fn drawn(&self) -> u64 {
        self.drawn
    }

    /// SplitMix64 over the seed and the number of this draw.
    pub fn draw(&mut self) -> u64 {
        self.drawn += 1;
        let mut mixed = self.seed.wrapping_add(self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit`, `limit` itself left out.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.draw() % limit
    }

    /// Lower-case hexadecimal digits, as in the id of a task.
    pub fn hex(&mut self, digits: usize) -> String {
        let mut text = String::new();
        while text.len() < digits {
            text.push_str(&format!("{:016x}", self.draw()));
        }
        text.truncate(digits);
        text
    }

    /// The 19 digits of a deployment or service revision.
    pub fn digits(&mut self) -> String {
        (1_000_000_000_000_000_000 + self.below(8_223_372_036_854_775_807)).to_string()
    }

    pub fn letters(&mut self, length: usize) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut letter = || char::from(ALPHABET[self.below(ALPHABET.len() as u64) as usize]);
        (0..length).map(|_| letter()).collect()
    }

    pub fn uuid(&mut self) -> String {
        let hex = self.hex(30);
        let variant = ["8", "9", "a", "b"][self.below(4) as usize];
        format!("{}-{}-4{}-{variant}{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_forms_that_aws_gives_them() {
        let mut dice = Dice::new(7);
        assert_eq!(dice.hex(32).len(), 32);
        assert_eq!(dice.digits().len(), 19);
        assert_eq!(dice.letters(21).len(), 21);
        let uuid = dice.uuid();
        let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{uuid}");
        assert_eq!(&uuid[14..15], "4");
    }

    #[test]
    fn a_seed_means_the_same_in_every_version() {
        // The published test vector of SplitMix64 for seed 0.
        assert_eq!(Dice::new(0).draw(), 0xe220_a839_7b1d_cdaf);
    }
}
