//! The circuit breaker's threshold. Nothing fails here yet, so nothing trips
//! it; answers show the threshold all the same.

const PERCENT: i64 = 50;
const LEAST: i64 = 3;
const MOST: i64 = 200;

/// How many failed tasks end a deployment of a service of `desired` tasks.
pub fn threshold(desired: i64) -> i64 {
    ((desired * PERCENT + 99) / 100).clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_thresholds() {
        assert_eq!([1, 25, 400, 800].map(threshold), [3, 13, 200, 200]);
    }
}
