use super::*;

fn id(name: &str) -> DirectoryId {
    DirectoryId::new(name)
}

/// Makes two directories active, so that fairness matters.
fn busy(at_once: usize) -> Gate {
    let gate = Gate::of(at_once);
    for name in ["a", "b"] {
        if gate.lanes().passage(&id(name), Instant::now()) == Passage::Counted {
            gate.lanes().leave(&id(name));
        }
    }
    gate
}

#[tokio::test]
async fn a_directory_alone_never_waits() {
    let gate = Gate::of(1);
    let permits: Vec<_> = (0..100).map(|_| gate.permit(Some(&id("a")))).collect();
    for permit in &permits {
        permit.enter().await;
    }
    assert!(!gate.lanes().is_turning());
}

#[tokio::test]
async fn a_flood_waits_and_others_pass() {
    let gate = busy(2);
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for number in 0..100 {
        let (gate, order) = (gate.clone(), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            let permit = gate.permit(Some(&id("a")));
            permit.enter().await;
            order.lock().unwrap().push(("a", number));
        }));
    }
    let (other, seen) = (gate.clone(), Arc::clone(&order));
    tasks.push(tokio::spawn(async move {
        let permit = other.permit(Some(&id("b")));
        permit.enter().await;
        seen.lock().unwrap().push(("b", 0));
    }));
    for task in tasks {
        task.await.unwrap();
    }
    let order = order.lock().unwrap();
    let place = order.iter().position(|(name, _)| *name == "b").unwrap();
    assert!(place <= 12, "b was number {place}: {order:?}");
    assert_eq!(order.len(), 101);
    // Within a directory, who comes first is served first.
    assert!(order.iter().filter(|(name, _)| *name == "a").is_sorted());
}

#[tokio::test]
async fn several_floods_take_turns() {
    let gate = busy(1);
    // Both lanes hold their places until everybody waits.
    let held = [gate.permit(Some(&id("a"))), gate.permit(Some(&id("b")))];
    for permit in &held {
        permit.enter().await;
    }
    let order = Arc::new(Mutex::new(String::new()));
    let mut tasks = Vec::new();
    for name in ["a"; 50].into_iter().chain(["b"; 10]) {
        let (gate, order) = (gate.clone(), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            let permit = gate.permit(Some(&id(name)));
            permit.enter().await;
            order.lock().unwrap().push_str(name);
            // What takes several polls keeps its place.
            tokio::task::yield_now().await;
        }));
        tokio::task::yield_now().await;
    }
    drop(held);
    for task in tasks {
        task.await.unwrap();
    }
    let order = order.lock().unwrap().clone();
    let last = order.rfind('b').unwrap();
    assert!(last <= 24, "{order}");
}

#[tokio::test]
async fn at_most_a_few_of_a_directory_are_computed_at_once_and_leaving_makes_room() {
    let gate = busy(2);
    let permits: Vec<_> = (0..4).map(|_| gate.permit(Some(&id("a")))).collect();
    permits[0].enter().await;
    permits[1].enter().await;
    let mut third = Box::pin(permits[2].enter());
    let mut fourth = Box::pin(permits[3].enter());
    let wait = std::time::Duration::from_millis(20);
    assert!(tokio::time::timeout(wait, &mut third).await.is_err());
    assert!(tokio::time::timeout(wait, &mut fourth).await.is_err());
    permits[0].leave();
    third.await;
    assert!(tokio::time::timeout(wait, &mut fourth).await.is_err());
    // One who gives up while it waits takes no place.
    drop(fourth);
    permits[1].leave();
    permits[0].enter().await;
    drop(permits);
    assert_eq!(gate.lanes().running(&id("a")), 0);
}

#[tokio::test]
async fn nobody_waits_for_a_slow_one_of_another_directory() {
    let gate = busy(1);
    let slow = gate.permit(Some(&id("a")));
    slow.enter().await;
    let behind = gate.permit(Some(&id("a")));
    let mut behind = Box::pin(behind.enter());
    let wait = std::time::Duration::from_millis(20);
    assert!(tokio::time::timeout(wait, &mut behind).await.is_err());
    // More than a burst of another directory, while the turns have nobody to let in.
    for _ in 0..20 {
        let permit = gate.permit(Some(&id("b")));
        tokio::time::timeout(wait, permit.enter()).await.expect("b waits for a");
    }
    // So it is when those who waited have gone.
    drop(behind);
    drop(slow);
    for _ in 0..20 {
        let permit = gate.permit(Some(&id("b")));
        tokio::time::timeout(wait, permit.enter()).await.expect("b waits for nobody");
    }
}

#[tokio::test]
async fn a_request_that_waits_for_its_client_or_a_commit_is_no_hindrance() {
    let gate = busy(1);
    let first = gate.permit(Some(&id("a")));
    first.enter().await;
    first.leave();
    let second = gate.permit(Some(&id("a")));
    second.enter().await;
    assert_eq!(gate.lanes().running(&id("a")), 1);
}
