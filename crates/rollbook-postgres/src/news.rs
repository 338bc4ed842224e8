//! News between nodes: a hint that another node has committed something, so that nobody has to wait for the next look.
//!
//! Only a hint: where the server knows no LISTEN (CockroachDB), or a pooler stands in between, nothing is heard, and
//! readers look by themselves now and then. It has a connection of its own and is sent after the commit, several at once:
//! a NOTIFY within a transaction would make all commits of the database follow one another.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, Error};

use crate::error::OpenError;
use crate::tls;

/// How long to wait for more commits before the others are told.
const GATHER: Duration = Duration::from_millis(10);
/// How long to wait before connecting again.
const AGAIN: Duration = Duration::from_secs(2);

/// Tells other nodes of this one's commits, and bumps the count of commits for theirs; ends when it is dropped.
#[derive(Debug)]
pub(crate) struct News {
    told: Arc<Notify>,
    task: AbortHandle,
}

impl News {
    pub(crate) fn start(config: Config, commits: watch::Sender<u64>) -> Result<Self, OpenError> {
        let tls = tls::connector().map_err(|error| OpenError::Address(error.into()))?;
        let told = Arc::new(Notify::new());
        let listening = Arc::clone(&told);
        let task = tokio::spawn(async move {
            let own = uuid::Uuid::new_v4().to_string();
            let mut again = false;
            loop {
                let ended = match config.connect(tls.clone()).await {
                    Ok((client, mut connection)) => {
                        let mut messages = pin!(async {
                            while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
                                if let AsyncMessage::Notification(note) = message?
                                    && note.payload() != own
                                {
                                    commits.send_modify(|count| *count = count.wrapping_add(1));
                                }
                            }
                            Ok(())
                        });
                        if again {
                            // What was committed while nobody listened.
                            commits.send_modify(|count| *count = count.wrapping_add(1));
                        }
                        again = true;
                        tokio::select! {
                            ended = &mut messages => ended,
                            ended = tell(&client, &listening, &own) => ended,
                        }
                    }
                    Err(error) => Err(error),
                };
                if let Err(error) = ended {
                    tracing::debug!(%error, "other nodes are not heard");
                    if error.code() == Some(&SqlState::FEATURE_NOT_SUPPORTED) {
                        return;
                    }
                }
                tokio::time::sleep(AGAIN).await;
            }
        });
        Ok(Self { told, task: task.abort_handle() })
    }

    /// Tells the others, soon.
    pub(crate) fn tell(&self) {
        self.told.notify_one();
    }
}

impl Drop for News {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn tell(client: &Client, told: &Notify, own: &str) -> Result<(), Error> {
    client.batch_execute("LISTEN rollbook").await?;
    loop {
        told.notified().await;
        tokio::time::sleep(GATHER).await;
        client.execute("SELECT pg_notify('rollbook', $1)", &[&own]).await?;
    }
}
