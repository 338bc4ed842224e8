//! Lets waiting requests through, a few of each directory in turn.

use super::{Gate, Held};

/// Goes on until nothing waits. Between two turns everything that is ready runs, new requests of others first of all.
pub(super) async fn run(gate: Gate) {
    loop {
        let Some(granted) = gate.lanes().turn() else { return };
        if granted.is_empty() {
            gate.shared.left.notified().await;
            continue;
        }
        for (sender, directory) in granted {
            // A place that nobody takes any more is given back by its drop.
            drop(sender.send(Held { gate: gate.clone(), directory }));
        }
        tokio::task::yield_now().await;
    }
}
