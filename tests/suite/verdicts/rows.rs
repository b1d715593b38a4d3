//! The rows of the matrix: what goes wrong, how it must end, and why.

/// A situation, the command in it, and the truth about it.
pub struct Row {
    pub name: &'static str,
    /// Run before, as a runbook that may update the service and alarms.
    pub before: &'static str,
    /// The scenario.
    pub faults: &'static str,
    pub arguments: &'static [&'static str],
    pub verdict: &'static str,
    /// The label of the first cause; empty where none is asked for.
    pub cause: &'static str,
    /// The revision that serves in the end.
    pub serves: &'static str,
}

const DEPLOY: &[&str] = &["deploy", "--image", IMAGE];
pub const IMAGE: &str = "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v58";

const NO_BREAKER: &str = "ecs::update_service(#{ cluster: env.cluster, service: env.service, deploymentConfiguration: #{ \
    deploymentCircuitBreaker: #{ enable: false, rollback: false } } });";
const ALARM: &str = "ecs::update_service(#{ cluster: env.cluster, service: env.service, deploymentConfiguration: #{ \
    alarms: #{ enable: true, rollback: true, alarmNames: [\"nest-wallet-cpu-high\"] } } });";
const TIGHT: &str = "ecs::update_service(#{ cluster: env.cluster, service: env.service, deploymentConfiguration: #{ \
    minimumHealthyPercent: 100, maximumPercent: 125 } });";
const ZERO: &str = "ecs::update_service(#{ cluster: env.cluster, service: env.service, desiredCount: 0 }); sleep(120);";

const PULL: &str = "[[fault]]\nkind = \"image-cannot-be-pulled\"\nimage = \"*:v58\"\n";
const CRASH: &str = "[[fault]]\nkind = \"crash\"\nafter = \"20s\"\nexit_code = 1\nimage = \"*:v58\"\n";
const NEVER_RAN: Row =
    Row { name: "", before: "", faults: "", arguments: DEPLOY, verdict: "", cause: "", serves: "nest-wallet-task:41" };
const RUNS: Row = Row { verdict: "succeeded", serves: "nest-wallet-task:42", ..NEVER_RAN };

pub const ROWS: &[Row] = &[
    Row { name: "healthy", ..RUNS },
    Row { name: "slow start", faults: "[[fault]]\nkind = \"slow-start\"\nby = \"4m\"\nimage = \"*:v58\"\n", ..RUNS },
    Row { name: "image cannot be pulled", faults: PULL, verdict: "rolled back", cause: "image missing", ..NEVER_RAN },
    Row {
        name: "image cannot be pulled, no breaker",
        before: NO_BREAKER,
        faults: PULL,
        verdict: "deployment failed",
        cause: "image missing",
        ..NEVER_RAN
    },
    Row {
        name: "image cannot be pulled, no breaker, taken back",
        before: NO_BREAKER,
        faults: PULL,
        arguments: &["deploy", "--image", IMAGE, "--on-failure", "rollback"],
        verdict: "rolled back",
        cause: "image missing",
        ..NEVER_RAN
    },
    Row {
        name: "key missing in a secret",
        faults: "[[fault]]\nkind = \"secret-key-missing\"\nimage = \"*:v58\"\n",
        verdict: "rolled back",
        cause: "secret key missing",
        ..NEVER_RAN
    },
    Row { name: "crash loop", faults: CRASH, verdict: "rolled back", cause: "crash", ..NEVER_RAN },
    Row {
        name: "crash loop, no breaker",
        before: NO_BREAKER,
        faults: CRASH,
        verdict: "deployment failed",
        cause: "crash",
        ..NEVER_RAN
    },
    Row {
        name: "out of memory",
        faults: "[[fault]]\nkind = \"crash\"\nafter = \"30s\"\nout_of_memory = true\nimage = \"*:v58\"\n",
        verdict: "rolled back",
        cause: "out of memory",
        ..NEVER_RAN
    },
    Row {
        name: "health checks of the load balancer fail",
        faults: "[[fault]]\nkind = \"unhealthy\"\ncheck = \"target\"\nimage = \"*:v58\"\n",
        verdict: "rolled back",
        cause: "load balancer health checks fail",
        ..NEVER_RAN
    },
    Row {
        name: "no capacity",
        faults: "[[fault]]\nkind = \"no-capacity\"\n",
        verdict: "rolled back",
        cause: "no capacity",
        ..NEVER_RAN
    },
    Row {
        name: "no capacity, no breaker",
        before: NO_BREAKER,
        faults: "[[fault]]\nkind = \"no-capacity\"\n",
        arguments: &["deploy", "--image", IMAGE, "--timeout", "10m"],
        verdict: "timed out",
        cause: "no capacity",
        ..NEVER_RAN
    },
    Row {
        name: "superseded by another deployment",
        faults: "[[fault]]\nkind = \"somebody-deploys\"\nafter_call = \"ecs:UpdateService\"\ndelay = \"25s\"\n\
                 image = \"123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v57\"\n",
        verdict: "superseded",
        serves: "",
        ..NEVER_RAN
    },
    Row {
        name: "stopped by a person, rolled back",
        faults: "[[fault]]\nkind = \"somebody-stops\"\nafter_call = \"ecs:UpdateService\"\ndelay = \"25s\"\n",
        verdict: "stopped",
        ..NEVER_RAN
    },
    Row {
        name: "stopped by a person, left as it is",
        faults: "[[fault]]\nkind = \"somebody-stops\"\nhow = \"ABORT\"\nafter_call = \"ecs:UpdateService\"\ndelay = \"25s\"\n",
        verdict: "stopped",
        serves: "",
        ..NEVER_RAN
    },
    Row {
        name: "an alarm goes off",
        before: ALARM,
        faults: "[[fault]]\nkind = \"alarm\"\nalarm = \"nest-wallet-cpu-high\"\nafter_call = \"ecs:UpdateService\"\ndelay = \"40s\"\n",
        verdict: "rolled back",
        cause: "alarm",
        ..NEVER_RAN
    },
    Row {
        name: "scaled to zero meanwhile",
        faults: "[[fault]]\nkind = \"somebody-scales\"\ncount = 0\nafter_call = \"ecs:UpdateService\"\ndelay = \"25s\"\n",
        verdict: "scaled to zero",
        serves: "nest-wallet-task:42",
        ..NEVER_RAN
    },
    Row { name: "at zero from the start", before: ZERO, ..RUNS },
    Row {
        name: "the autoscaler moves the count",
        faults: "[[fault]]\nkind = \"autoscaler\"\ncount = 4\nafter_call = \"ecs:UpdateService\"\ndelay = \"25s\"\n",
        ..RUNS
    },
    Row {
        name: "throttling storm",
        faults: "[[fault]]\nkind = \"throttle\"\noperation = \"*\"\nchance = 0.4\n[[fault]]\nkind = \"throttle\"\noperation = \"ecs:RegisterTaskDefinition\"\ntimes = 2\n",
        ..RUNS
    },
    Row {
        name: "answers of reads are lost",
        faults: "[[fault]]\nkind = \"answer-lost\"\noperation = \"ecs:Describe*\"\ntimes = 4\n",
        ..RUNS
    },
    Row { name: "stale reads", faults: "[[fault]]\nkind = \"stale-reads\"\nby = \"15s\"\n", ..RUNS },
    Row {
        name: "percentages leave no room",
        before: TIGHT,
        arguments: &["deploy", "--image", IMAGE, "--timeout", "10m"],
        verdict: "timed out",
        cause: "percentages leave no room",
        ..NEVER_RAN
    },
    Row {
        name: "out of time",
        faults: "[[fault]]\nkind = \"slow-start\"\nby = \"1h\"\nimage = \"*:v58\"\n",
        arguments: &["deploy", "--image", IMAGE, "--timeout", "5m"],
        verdict: "timed out",
        cause: "",
        ..NEVER_RAN
    },
    Row {
        name: "a restart of the same definition rolled back",
        faults: "[[fault]]\nkind = \"crash\"\nafter = \"20s\"\nexit_code = 1\ntimes = 4\n",
        arguments: &["restart"],
        verdict: "rolled back",
        cause: "crash",
        ..NEVER_RAN
    },
    Row {
        name: "healthy, without the right to see ECS's records",
        faults: "[[fault]]\nkind = \"access-denied\"\noperation = \"ecs:ListServiceDeployments\"\n",
        ..RUNS
    },
    Row {
        name: "crash loop, without the right to see ECS's records",
        faults: "[[fault]]\nkind = \"access-denied\"\noperation = \"ecs:ListServiceDeployments\"\n[[fault]]\nkind = \"crash\"\nafter = \"20s\"\nexit_code = 1\nimage = \"*:v58\"\n",
        verdict: "rolled back",
        cause: "crash",
        ..NEVER_RAN
    },
    Row {
        name: "restart rolled back, without the right to see ECS's records",
        faults: "[[fault]]\nkind = \"access-denied\"\noperation = \"ecs:ListServiceDeployments\"\n[[fault]]\nkind = \"crash\"\nafter = \"20s\"\nexit_code = 1\ntimes = 4\n",
        arguments: &["restart"],
        verdict: "rolled back",
        cause: "crash",
        ..NEVER_RAN
    },
];
