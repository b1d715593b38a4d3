//! The signs that compare, in patterns and in queries.

use std::cmp::Ordering;

#[derive(Clone, Copy, PartialEq)]
pub(in super::super) enum Compare {
    Equal,
    Other,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
}

impl Compare {
    /// Longer ones first: whoever reads takes the first that fits.
    pub const SIGNS: &[(&str, Compare)] = &[
        ("!=", Compare::Other),
        ("<=", Compare::LessOrEqual),
        (">=", Compare::MoreOrEqual),
        ("=", Compare::Equal),
        ("<", Compare::Less),
        (">", Compare::More),
    ];

    /// For how what was found stands to what is wanted.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Compare::Equal => order.is_eq(),
            Compare::Other => order.is_ne(),
            Compare::Less => order.is_lt(),
            Compare::LessOrEqual => order.is_le(),
            Compare::More => order.is_gt(),
            Compare::MoreOrEqual => order.is_ge(),
        }
    }
}
