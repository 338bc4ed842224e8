//! What a process prints, collected while it runs.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Reads a pipe to its end in a thread, so that the process never waits for its reader.
#[derive(Debug)]
pub(super) struct Lines {
    text: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Lines {
    pub(super) fn read(mut pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&text);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(length) = pipe.read(&mut buffer)
                && length > 0
            {
                shared.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&buffer[..length]);
            }
        });
        Self { text, reader: Some(reader) }
    }

    /// Everything so far.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// The first whole line that holds `mark`.
    pub(super) fn find(&self, mark: &str) -> Option<String> {
        let text = self.text();
        text.split_inclusive('\n')
            .find(|line| line.ends_with('\n') && line.contains(mark))
            .map(|it| it.trim().to_owned())
    }

    /// Everything, once the process has ended.
    pub(super) fn finish(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader does not panic");
        }
        self.text()
    }
}
