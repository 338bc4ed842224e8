//! What `rollbook erase` says.

use rollbook_admin::ErasedView;

/// What was done, line by line.
pub(crate) fn erased(view: &ErasedView) -> String {
    let ErasedView { directory, resource, deleted, erased, waits_for } = view;
    let mut lines = Vec::new();
    if *deleted {
        lines.push(format!("The user {resource} of `{directory}` was still there and is deleted."));
    }
    if *erased {
        lines.push(format!("What was kept of {resource} is erased; its id stays, and that it was deleted."));
        if !waits_for.is_empty() {
            lines.push(format!(
                "Not told, and never will be: {}. Remove the account there.",
                waits_for.join(", ")
            ));
        }
        lines.push("Backups that were made before still hold it.".to_owned());
    } else {
        lines.push(format!("Nothing is erased yet. Not told so far: {}.", waits_for.join(", ")));
    }
    lines.join("\n")
}

/// Why nothing is erased yet, and what to do.
pub(crate) fn not_told(view: &ErasedView, runs: bool) -> String {
    let services = view.waits_for.join(", ");
    let ErasedView { directory, resource, .. } = view;
    let how = if runs { "`rollbook status` says why" } else { "start the hub, which tells them" };
    format!(
        "not told yet that the user is gone: {services}; {how}; then `rollbook erase {directory} {resource}` again, or with \
         `--without-services`"
    )
}
