//! The two commonest evenings of the guide: a bad image at three in the
//! morning, and an API key that has to be changed.

use super::rows::IMAGE;
use crate::harness::Project;

#[test]
fn a_bad_image_at_three_in_the_morning() {
    let project = Project::new();
    let bad = IMAGE.replace("v58", "v999");
    project.run(&["deploy", "--sandbox", "--image", &bad]).status(1).says("v999 is not in ECR: was it pushed?");
    let scenario = "[[fault]]\nkind = \"crash\"\nafter = \"15s\"\nexit_code = 3\nimage = \"*:v58\"\n";
    let project = project.file("night.toml", scenario);
    let ran = project.run(&["deploy", "--sandbox", "--image", IMAGE, "--scenario", "night.toml"]);
    ran.status(3)
        .says("rolled back")
        .says("container nest-wallet-container exits with code 3")
        .says("the last lines of nest-wallet-container");
    project.run(&["diagnose", "--sandbox"]).status(0);
    project.run(&["deploy", "--sandbox", "--image", &IMAGE.replace("v58", "v57")]).status(0);
    let back = project.run(&["rollback", "--sandbox"]);
    back.status(0).says("nest-wallet:v57 → …/nest-wallet:v41").prints("2/2 running");
}

#[test]
fn a_rotated_api_key() {
    let project = Project::new().file("key.txt", "https://rotated.blockbit.com\n");
    let rotate = ["rotate-secret-and-redeploy", "--sandbox", "--secret-id", "nest-wallet-prod-secrets"];
    let ran = project.run(&[&rotate[..], &["--set", "NEXT_PUBLIC_API_URL=file:key.txt"]].concat());
    ran.status(0).says("1 of 1 service").prints("every serving task").never_says("rotated.blockbit.com");
    let again = project.run(&[&rotate[..], &["--set", "NEXT_PUBLIC_API_URL=file:key.txt"]].concat());
    again.status(0).says("nothing to do");
    let world = project.read("state/sandbox.json").unwrap();
    assert!(world.contains("https://rotated.blockbit.com\\"), "the new value is kept");
    assert!(world.contains("https://api.blockbit.com/api"), "the other key is as it was");
}
