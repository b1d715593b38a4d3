//! The sizes of tasks that Fargate has: what refuses others and what suggests
//! them read the same table.

const GIBIBYTE: i64 = 1024;

/// The memory that goes with some units of cpu, in MiB: from the least to the
/// most in even steps. Where no one step leads from the least to the most, a cpu
/// has several rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub cpu: i64,
    pub least: i64,
    pub most: i64,
    pub step: i64,
}

const fn size(cpu: i64, least: i64, most: i64, step: i64) -> Size {
    Size { cpu, least: least * GIBIBYTE, most: most * GIBIBYTE, step: step * GIBIBYTE }
}

pub const SIZES: &[Size] = &[
    Size { cpu: 256, least: 512, most: 512, step: 512 },
    size(256, 1, 2, 1),
    size(512, 1, 4, 1),
    size(1024, 2, 8, 1),
    size(2048, 4, 16, 1),
    size(4096, 8, 30, 1),
    size(8192, 16, 60, 4),
    size(16384, 32, 120, 8),
    size(32768, 60, 120, 60),
    size(32768, 244, 244, 1),
];

impl Size {
    pub fn has(&self, cpu: i64, memory: i64) -> bool {
        self.cpu == cpu && (self.least..=self.most).contains(&memory) && (memory - self.least) % self.step == 0
    }
}
