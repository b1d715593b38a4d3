//! moto, an AWS emulator that nobody here wrote, and boto3 to look at it with:
//! both in a virtual environment that the first test makes below the build
//! folder and that later runs find there.
//!
//! It checks no signatures and lets no time pass: a rollout never moves.

use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{Project, build_folder};

const REQUIREMENTS: &str = include_str!("../requirements.txt");
const WITHOUT_PYTHON: &str = "ROLLBOOK_TESTS_WITHOUT_PYTHON";
const START_LIMIT: Duration = Duration::from_secs(60);

/// The environment's interpreter, or nothing where the operator wants no Python.
pub fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    if env::var_os(WITHOUT_PYTHON).is_some_and(|value| value == "1") {
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("a test");
        // Not `eprintln!`: the test runner hides what a passing test prints with it.
        let line = format!("left out because {WITHOUT_PYTHON}=1: {test}\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
        return None;
    }
    let python = PYTHON.get_or_init(|| environment(&build_folder("python")));
    Some(python.as_deref().unwrap_or_else(|why| {
        panic!(
            "{why}\nThis test needs Python 3.10 or newer with its venv module and pip, and the package index once. \
             Install them (Debian and Ubuntu: apt-get install python3-venv), \
             or set {WITHOUT_PYTHON}=1 to leave out the tests that need Python."
        )
    }))
}

/// Makes the environment unless it is there. Test binaries may ask at the same
/// time: the lock is the operating system's, so it ends with who holds it.
fn environment(folder: &Path) -> Result<PathBuf, String> {
    let cannot = |error: std::io::Error| format!("cannot make {}: {error}", folder.display());
    fs::create_dir_all(folder.parent().expect("below the build folder")).map_err(cannot)?;
    let lock = File::create(folder.with_extension("lock")).map_err(cannot)?;
    lock.lock().map_err(cannot)?;
    let (python, marker) = (folder.join("bin/python"), folder.join("made-from.txt"));
    if python.exists() && fs::read_to_string(&marker).is_ok_and(|made_from| made_from == REQUIREMENTS) {
        return Ok(python);
    }
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(cannot)?;
    }
    finish(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/requirements.txt");
    let pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--requirement"];
    finish(Command::new(&python).args(pip).arg(list))?;
    fs::write(marker, REQUIREMENTS).map_err(cannot)?;
    Ok(python)
}

/// Runs a command to its end; what it printed, unless it failed.
pub fn finish(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("cannot run {command:?}: {error}"))?;
    let Output { status, stdout, stderr } = output;
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    if status.success() { Ok(stdout.into_owned()) } else { Err(format!("{command:?}: {status}\n{stdout}{stderr}")) }
}

/// Takes any free port and says which; what it serves ends with the test
/// process, however that ends, because the pipe does.
const SERVER: &str = r#"
import os, sys, threading
from moto.server import main
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
main(["-H", "127.0.0.1", "-p", "0"])
"#;

const PRELUDE: &str = r#"
import boto3, json
client = boto3.client
def answer(value): print(json.dumps(value, default=str))
"#;

/// The guide's service as it may stand in an account, with a sidecar, tags and
/// settings that a deploy must carry over.
const WALLET: &str = r#"
ecs, ec2 = client("ecs"), client("ec2")
secret = client("secretsmanager").create_secret(Name="nest-wallet-prod-secrets", SecretString='{"API_URL": "https://api"}')["ARN"]
logs = {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/nest-wallet", "awslogs-stream-prefix": "ecs"}}
ecs.create_cluster(clusterName="nest-wallet-cluster")
ecs.register_task_definition(
    family="nest-wallet-task", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
    executionRoleArn="arn:aws:iam::123456789012:role/nest-wallet-execution-role",
    taskRoleArn="arn:aws:iam::123456789012:role/nest-wallet-task-role",
    runtimePlatform={"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}, ephemeralStorage={"sizeInGiB": 40},
    volumes=[{"name": "scratch"}], tags=[{"key": "project", "value": "nest-wallet"}, {"key": "team", "value": "wallet"}],
    containerDefinitions=[
        {"name": "nest-wallet-container", "image": "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/nest-wallet:v41",
         "essential": True, "portMappings": [{"containerPort": 3000, "protocol": "tcp"}],
         "environment": [{"name": "NODE_ENV", "value": "production"}, {"name": "API_KEY", "value": "plain-but-private"}],
         "secrets": [{"name": "API_URL", "valueFrom": secret + ":API_URL::"}],
         "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/scratch"}], "logConfiguration": logs},
        {"name": "log-router", "image": "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable",
         "essential": False, "memoryReservation": 50, "logConfiguration": logs}])
ecr = client("ecr")
ecr.create_repository(repositoryName="nest-wallet")
for tag in ["v41", "v42"]:
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": "sha256:" + tag * 21},
                "layers": []}
    ecr.put_image(repositoryName="nest-wallet", imageTag=tag, imageManifest=json.dumps(manifest))
network = {"subnets": [ec2.describe_subnets()["Subnets"][0]["SubnetId"]],
           "securityGroups": [ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]]}
ecs.create_service(cluster="nest-wallet-cluster", serviceName="nest-wallet-service", taskDefinition="nest-wallet-task",
                   desiredCount=2, launchType="FARGATE", networkConfiguration={"awsvpcConfiguration": network})
"#;

/// A server of its own for one test; stopped when it goes out of scope.
pub struct Moto {
    server: Child,
    folder: TempDir,
    python: &'static Path,
    pub url: String,
}

/// A request that reached moto, boto3's own left out.
#[derive(Debug)]
pub struct Recorded {
    /// `UpdateService`
    pub operation: String,
    pub body: Vec<u8>,
}

impl Recorded {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

impl Moto {
    /// A server that knows nothing yet; `None` where tests leave Python out.
    pub fn start() -> Option<Moto> {
        let python = python()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = File::create(folder.path().join("log")).expect("a file for the log");
        let mut command = Moto::python(python, folder.path(), SERVER);
        command.env("MOTO_ENABLE_RECORDING", "1").env("MOTO_RECORDER_FILEPATH", folder.path().join("requests"));
        // Services run two tasks from the start, or no deploy could begin.
        command.env("MOTO_ECS_SERVICE_RUNNING", "2").stdin(Stdio::piped());
        command.stdout(log.try_clone().expect("the same file")).stderr(log);
        let server = command.spawn().expect("the environment's Python starts");
        let mut moto = Moto { server, folder, python, url: String::new() };
        moto.url = moto.wait();
        Some(moto)
    }

    /// A server with the guide's cluster, task definition, secret and service.
    pub fn with_wallet() -> Option<Moto> {
        let moto = Moto::start()?;
        moto.boto3(WALLET);
        Some(moto)
    }

    fn python(python: &Path, home: &Path, script: &str) -> Command {
        let mut command = Command::new(python);
        command.args(["-c", script]).env_clear().current_dir(home).env("HOME", home);
        command.env("PATH", env::var_os("PATH").unwrap_or_default());
        command
    }

    /// Its address, once it accepts connections there.
    fn wait(&mut self) -> String {
        let began = Instant::now();
        loop {
            let log = self.log();
            let address = log.split_once("Running on http://").and_then(|(_, rest)| rest.split_once('\n'));
            if let Some(address) =
                address.map(|(address, _)| address.trim()).filter(|address| TcpStream::connect(address).is_ok())
            {
                return format!("http://{address}");
            }
            let ended = self.server.try_wait().expect("a child of this process");
            assert!(ended.is_none(), "moto ended before it answered ({})\n{log}", ended.unwrap_or_default());
            assert!(began.elapsed() < START_LIMIT, "moto does not answer after {START_LIMIT:?}\n{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// A project whose AWS calls go here.
    pub fn project(&self) -> Project {
        Project::at(&self.url)
    }

    /// Runs a script of boto3's `client(…)`; gives what it passes to `answer(…)`.
    pub fn boto3(&self, script: &str) -> Value {
        let mut command = Moto::python(self.python, self.folder.path(), &format!("{PRELUDE}{script}"));
        command.env("AWS_ENDPOINT_URL", &self.url).env("AWS_DEFAULT_REGION", "ap-northeast-2");
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        let printed = finish(&mut command).unwrap_or_else(|why| panic!("{why}\n{}", self.log()));
        if printed.is_empty() { Value::Null } else { serde_json::from_str(&printed).expect("one answer") }
    }

    /// What was asked of it, in order, but for what boto3 asked and who-am-I.
    pub fn requests(&self) -> Vec<Recorded> {
        let text = fs::read_to_string(self.folder.path().join("requests")).expect("moto's record");
        let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("a recorded request"));
        let others = rows.filter(|row| !row["headers"]["User-Agent"].as_str().is_some_and(|agent| agent.starts_with("Boto3")));
        others.map(|row| recorded(&row)).filter(|request| request.operation != "GetCallerIdentity").collect()
    }

    /// Those of them that change something.
    pub fn writes(&self) -> Vec<Recorded> {
        let read = |name: &str| ["Describe", "List", "Get"].iter().any(|verb| name.starts_with(verb));
        self.requests().into_iter().filter(|request| !read(&request.operation)).collect()
    }

    /// Its log names what it could not route, which its record leaves out.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

fn recorded(row: &Value) -> Recorded {
    let body = BASE64_STANDARD.decode(row["body"].as_str().unwrap_or_default()).expect("a body in base64");
    let form = String::from_utf8_lossy(&body).into_owned();
    let target = row["headers"]["X-Amz-Target"].as_str().and_then(|target| target.rsplit('.').next());
    let action = || form.strip_prefix("Action=").and_then(|form| form.split('&').next());
    let operation = target.or_else(action).unwrap_or_else(|| panic!("a request for what? {row}"));
    Recorded { operation: operation.to_owned(), body }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
