//! The programs that the tests run beside the hub: Python packages in `target/py`, npm packages in `target/npm`.

use std::fs;
use std::path::Path;

use crate::place;
use crate::step::{self, command, succeeds};

/// Installs what is missing; what is there in the wanted versions is left alone.
///
/// # Errors
/// A sentence that names what is missing and how to get it.
pub(crate) fn install() -> Result<(), String> {
    python()?;
    npm()
}

fn python() -> Result<(), String> {
    let place = place::target().join("py");
    let wanted = place::workspace().join("xtask/requirements.txt");
    let (installed, wanted_text) = (place.join("installed.txt"), read(&wanted)?);
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted_text) {
        return Ok(());
    }
    // Debian's python3 comes without ensurepip, which makes the environment.
    need("python3-venv", || succeeds("python3", &["-c", "import venv, ensurepip"]))?;
    remove(&place)?;
    let (place, wanted) = (place.display().to_string(), wanted.display().to_string());
    step::run("Python environment", &mut command("python3", &["-m", "venv", &place]))?;
    let pip = format!("{place}/bin/pip");
    let arguments = ["install", "--quiet", "--disable-pip-version-check", "--requirement", &wanted];
    step::run("Python packages", &mut command(pip, &arguments))?;
    write(&installed, &wanted_text)
}

fn npm() -> Result<(), String> {
    let place = place::target().join("npm");
    let source = place::workspace().join("xtask/npm");
    let (installed, wanted) = (place.join("installed.json"), read(&source.join("package-lock.json"))?);
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(());
    }
    need("npm", || succeeds("npm", &["--version"]))?;
    remove(&place)?;
    fs::create_dir_all(&place).map_err(|error| format!("cannot make {}: {error}", place.display()))?;
    for file in ["package.json", "package-lock.json"] {
        write(&place.join(file), &read(&source.join(file))?)?;
    }
    let prefix = place.display().to_string();
    let arguments = ["ci", "--silent", "--no-audit", "--no-fund", "--prefix", &prefix];
    step::run("npm packages", &mut command("npm", &arguments))?;
    write(&installed, &wanted)
}

/// Installs a Debian package when `there` says that it is missing and this is root.
fn need(package: &str, there: impl Fn() -> bool) -> Result<(), String> {
    if there() {
        return Ok(());
    }
    let root = command("id", &["-u"]).output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    if !root || !succeeds("apt-get", &["--version"]) {
        return Err(format!(
            "the tests need `{package}`: install it (on Debian `apt-get install {package}`)"
        ));
    }
    step::run("apt-get update", &mut command("apt-get", &["update", "-qq"]))?;
    let arguments = ["install", "-y", "-qq", "--no-install-recommends", package];
    let mut install = command("apt-get", &arguments);
    step::run(&format!("apt-get install {package}"), install.env("DEBIAN_FRONTEND", "noninteractive"))?;
    if there() { Ok(()) } else { Err(format!("`{package}` is installed, but does not work")) }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn remove(path: &Path) -> Result<(), String> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}
