//! What a race is against, drawn from a seed: how the services stand at the
//! start, and what goes wrong while the rotation runs.

use super::world::{USERS, WALLET, WORKER, World};

/// A world and a scenario.
pub struct Trial {
    pub world: World,
    pub scenario: String,
}

/// How often a fault strikes of the new tasks: a few times, or always.
const SOMETIMES: &[&str] = &["times = 1", "times = 2", "times = 4", "times = 7", "chance = 0.4", ""];
const SERVICES: &[&str] = &["", "service = \"nest-wallet-service\"", "service = \"wallet-worker\""];
const MOMENTS: &[&str] = &[
    "after = \"1ms\"",
    "after = \"25s\"",
    "after = \"70s\"",
    "after = \"4m\"",
    "after_call = \"secretsmanager:PutSecretValue\"",
    "after_call = \"secretsmanager:PutSecretValue\"\ndelay = \"15s\"",
    "after_call = \"ecs:UpdateService\"",
    "after_call = \"ecs:UpdateService\"\ndelay = \"40s\"",
    "after_call = \"ecs:UpdateService\"\ndelay = \"100s\"",
    "after_call = \"secretsmanager:UpdateSecretVersionStage\"\ndelay = \"10s\"",
];
const SPANS: &[&str] = &["", "for = \"20s\"", "for = \"3m\"", "from = \"30s\"\nfor = \"2m\"", "from = \"50s\"", "times = 2"];
const READS: &[&str] = &[
    "ecs:DescribeServices",
    "ecs:ListTasks",
    "ecs:DescribeTasks",
    "ecs:Describe*",
    "ecs:ListServiceDeployments",
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "*",
];
const CALLS: &[&str] = &[
    "ecs:UpdateService",
    "ecs:DescribeServices",
    "ecs:DescribeTasks",
    "ecs:*",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
    "secretsmanager:DescribeSecret",
    "secretsmanager:*",
];

pub fn draw(seed: u64) -> Trial {
    let mut dice = fastrand::Rng::with_seed(seed);
    let mut world = World::new();
    arrange(&mut world, &mut dice);
    let faults: Vec<String> = (0..dice.usize(0..4)).map(|_| fault(&mut dice)).collect();
    Trial { world, scenario: faults.concat() }
}

fn pick<'a>(dice: &mut fastrand::Rng, from: &[&'a str]) -> &'a str {
    from[dice.usize(..from.len())]
}

/// How the services stand when the rotation begins.
fn arrange(world: &mut World, dice: &mut fastrand::Rng) {
    for place in [WALLET, WORKER] {
        let breaker = [(true, true), (true, true), (true, false), (false, false)][dice.usize(0..4)];
        world.set_breaker(place, breaker);
        if dice.u8(0..4) == 0 {
            // One of the tasks that run will fail while the rotation is on its way.
            let kind = pick(dice, &["crash", "unhealthy"]);
            let after = dice.u32(280..480);
            world.redeploy_under(place, &format!("[[fault]]\nkind = \"{kind}\"\nafter = \"{after}s\"\ntimes = 1\n"));
        }
    }
    match dice.u8(0..12) {
        // Somebody changed the secret and redeployed nothing.
        0 => {
            drop(world.put("{\"NEXT_PUBLIC_API_URL\":\"https://drifted\",\"NEXT_PUBLIC_API_BASE_URL\":\"https://drifted/api\"}"))
        }
        // Somebody is deploying.
        1 => {
            world.update(USERS[dice.usize(0..2)], rollbook::map! { "forceNewDeployment" => true });
            world.wait(dice.i64(0..60));
        }
        _ => {}
    }
}

fn fault(dice: &mut fastrand::Rng) -> String {
    let service = pick(dice, SERVICES);
    let (often, moment, span) = (pick(dice, SOMETIMES), pick(dice, MOMENTS), pick(dice, SPANS));
    let after = dice.u32(0..70);
    let moment = format!("{moment}\ntimes = {}", dice.u8(1..4));
    let lines = match dice.u8(0..18) {
        0..3 => format!("kind = \"crash\"\nafter = \"{after}s\"\n{service}\n{often}"),
        3 => format!("kind = \"image-cannot-be-pulled\"\n{service}\n{often}"),
        4 => format!("kind = \"secret-key-missing\"\n{service}\n{often}"),
        5 => format!("kind = \"unhealthy\"\nafter = \"{after}s\"\n{service}\n{often}"),
        6 => format!("kind = \"slow-start\"\nby = \"{after}s\"\n{service}\n{often}"),
        7 => format!("kind = \"no-capacity\"\n{service}\n{often}"),
        8..10 => format!("kind = \"somebody-deploys\"\n{service}\n{moment}"),
        10 => format!("kind = \"somebody-stops\"\n{service}\n{moment}"),
        11 => format!("kind = \"somebody-scales\"\ncount = {}\n{service}\n{moment}", [0, 1, 4][dice.usize(0..3)]),
        12 => format!("kind = \"autoscaler\"\ncount = {}\n{service}\n{moment}", dice.u8(1..5)),
        13 => format!("kind = \"answer-lost\"\noperation = \"{}\"\ntimes = {}", pick(dice, CALLS), dice.u8(1..4)),
        14 => format!("kind = \"throttle\"\noperation = \"{}\"\n{span}", pick(dice, CALLS)),
        15 => format!("kind = \"stale-reads\"\noperation = \"{}\"\nby = \"{}s\"", pick(dice, READS), dice.u32(5..60)),
        16 => format!("kind = \"access-denied\"\noperation = \"{}\"\n{span}", pick(dice, CALLS)),
        _ => format!("kind = \"server-error\"\noperation = \"{}\"\n{span}", pick(dice, CALLS)),
    };
    format!("[[fault]]\n{lines}\n")
}
