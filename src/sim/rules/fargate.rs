//! Which sizes of task Fargate has.

const GIBIBYTE: i64 = 1024;

/// cpu, smallest memory, largest memory and step, in MiB.
const SIZES: &[(i64, i64, i64, i64)] = &[
    (512, GIBIBYTE, 4 * GIBIBYTE, GIBIBYTE),
    (1024, 2 * GIBIBYTE, 8 * GIBIBYTE, GIBIBYTE),
    (2048, 4 * GIBIBYTE, 16 * GIBIBYTE, GIBIBYTE),
    (4096, 8 * GIBIBYTE, 30 * GIBIBYTE, GIBIBYTE),
    (8192, 16 * GIBIBYTE, 60 * GIBIBYTE, 4 * GIBIBYTE),
    (16384, 32 * GIBIBYTE, 120 * GIBIBYTE, 8 * GIBIBYTE),
];

/// Sizes that no step describes.
const ODD_SIZES: &[(i64, &[i64])] =
    &[(256, &[512, GIBIBYTE, 2 * GIBIBYTE]), (32768, &[60 * GIBIBYTE, 120 * GIBIBYTE, 244 * GIBIBYTE])];

/// Why Fargate refuses this size, if it does.
pub fn refusal(cpu: &str, memory: &str) -> Option<&'static str> {
    let known = |cpu: &i64| SIZES.iter().any(|size| size.0 == *cpu) || ODD_SIZES.iter().any(|size| size.0 == *cpu);
    let Some(cpu) = units(cpu, "vcpu").filter(known) else {
        return Some("Invalid 'cpu' setting for task.");
    };
    match units(memory, "gb") {
        Some(memory) if fits(cpu, memory) => None,
        _ => Some("No Fargate configuration exists for given values."),
    }
}

fn fits(cpu: i64, memory: i64) -> bool {
    let odd = ODD_SIZES.iter().find(|size| size.0 == cpu).map(|size| size.1.contains(&memory));
    odd.unwrap_or_else(|| {
        SIZES.iter().any(|&(size, least, most, step)| size == cpu && (least..=most).contains(&memory) && memory % step == 0)
    })
}

/// `256` and `.25 vCPU` are the same cpu, `2048` and `2 GB` the same memory.
fn units(text: &str, unit: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    match text.strip_suffix(unit) {
        Some(number) => number.trim().parse::<f64>().ok().map(|number| (number * 1024.0).round() as i64),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// E50 Fargate has the documented sizes and no others.
    #[test]
    fn e50_sizes_are_those_of_the_table() {
        for (cpu, memory) in [("256", "512"), (".25 vCPU", "2GB"), ("8192", "20480"), ("32768", "249856")] {
            assert_eq!(refusal(cpu, memory), None, "{cpu} {memory}");
        }
        for (cpu, memory) in [("256", "4096"), ("512", "512"), ("8192", "18432"), ("1024", "many")] {
            assert_eq!(refusal(cpu, memory), Some("No Fargate configuration exists for given values."), "{cpu} {memory}");
        }
        assert_eq!(refusal("300", "512"), Some("Invalid 'cpu' setting for task."));
    }
}
