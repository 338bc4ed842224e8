//! Whether `CONTRIBUTING.md` says why each dependency is there.

use crate::place;

/// Compares `[workspace.dependencies]` with the table in `CONTRIBUTING.md`.
///
/// # Errors
/// A sentence that names what has no reason, or has one and is gone.
pub(crate) fn check() -> Result<(), String> {
    compare(&place::read("Cargo.toml")?, &place::read("CONTRIBUTING.md")?)
}

fn compare(manifest: &str, guide: &str) -> Result<(), String> {
    let (taken, explained) = (taken(manifest), explained(guide));
    if taken.is_empty() || explained.is_empty() {
        return Err("no dependencies in Cargo.toml, or no table of them in CONTRIBUTING.md".to_owned());
    }
    let without = |some: &[&str], others: &[&str]| {
        let left: Vec<_> = some.iter().filter(|name| !others.contains(name)).copied().collect();
        left.join("`, `")
    };
    match (without(&taken, &explained), without(&explained, &taken)) {
        (missing, _) if !missing.is_empty() => {
            Err(format!("CONTRIBUTING.md does not say why there is `{missing}`"))
        }
        (_, gone) if !gone.is_empty() => {
            Err(format!("CONTRIBUTING.md explains `{gone}`, which Cargo.toml does not have"))
        }
        _ => Ok(()),
    }
}

/// The keys of `[workspace.dependencies]`, without the crates of the workspace.
fn taken(manifest: &str) -> Vec<&str> {
    let lines = manifest.lines().skip_while(|line| line.trim() != "[workspace.dependencies]").skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let names = lines.filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim());
    names.filter(|name| !name.starts_with("rollbook")).collect()
}

/// The names in back quotes in the first column of the table `crate | why`.
fn explained(guide: &str) -> Vec<&str> {
    let rows = guide.lines().skip_while(|line| line.trim() != "| crate | why |").skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect()
}

#[cfg(test)]
mod tests {
    use super::{check, compare};

    const GUIDE: &str =
        "| crate | why |\n|---|---|\n| `a`, `b-c` (tests) | the reason of `x` |\n\n| `y` | no |\n";

    fn manifest(names: &[&str]) -> String {
        let lines: String = names.iter().map(|name| format!("{name} = \"1\"\n")).collect();
        format!("[package]\nz = 1\n[workspace.dependencies]\nrollbook-x = {{}}\n\n{lines}\n[lints]\nw = 1\n")
    }

    #[test]
    fn every_dependency_of_the_workspace_has_its_reason() {
        assert_eq!(check(), Ok(()));
    }

    #[test]
    fn what_is_missing_and_what_is_gone_is_named() {
        assert_eq!(compare(&manifest(&["a", "b-c"]), GUIDE), Ok(()));
        for (names, told) in [
            (vec!["a", "b-c", "new", "x"], "does not say why there is `new`, `x`"),
            (vec!["a"], "explains `b-c`"),
            (vec![], "no dependencies"),
        ] {
            let error = compare(&manifest(&names), GUIDE).expect_err("they differ");
            assert!(error.contains(told), "{error}");
        }
        assert!(compare(&manifest(&["a"]), "no table").is_err());
    }
}
