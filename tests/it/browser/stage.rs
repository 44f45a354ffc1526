//! A playground of one test's own: the real program on a free port, on a folder of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The running playground; it ends with the test.
pub struct Playground {
    child: Child,
    /// Its address, without a slash at the end.
    pub base: String,
    /// What it said until it was open.
    pub said: String,
    /// Where it works.
    pub folder: tempfile::TempDir,
}

impl Playground {
    /// Starts it with nothing kept.
    pub fn open() -> Self {
        Self::start(tempfile::tempdir().expect("a folder"), &["playground", "--in-memory"])
    }

    /// Starts it in this folder with these words.
    pub fn start(folder: tempfile::TempDir, words: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_goodturn"))
            .args(words)
            .args(["--listen", "127.0.0.1:0"])
            .env_clear()
            .current_dir(folder.path())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let mut said = String::new();
        let base = loop {
            let line = lines.next().expect("it says where it is").expect("text");
            said.push_str(&line);
            said.push('\n');
            if let Some((_, address)) = line.split_once("The playground is open: ") {
                break address.trim().to_owned();
            }
        };
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, base, said, folder }
    }

    /// The memory it holds now, in MB: what it has for itself and what of its program is loaded.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("Linux");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("it is there");
        let kilobytes: u64 = line.split_whitespace().nth(1).expect("a number").parse().expect("a number");
        kilobytes / 1024
    }

    /// Asks it to end and waits until it has; whether it ended well.
    pub fn end(&mut self) -> bool {
        terminate(&self.child);
        self.child.wait().expect("it ends").success()
    }

    /// Kills it, as a power cut would, and starts it again on what it kept.
    pub fn killed_and_again(mut self, words: &[&str]) -> Self {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder"));
        Self::start(folder, words)
    }

    /// Ends it and starts it again on what it kept.
    pub fn again(mut self, words: &[&str]) -> Self {
        assert!(self.end(), "it ends well");
        self.begun_again(words)
    }

    /// Starts it again, ended already, on what it kept.
    pub fn begun_again(mut self, words: &[&str]) -> Self {
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder"));
        Self::start(folder, words)
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks a process to end in order.
pub fn terminate(child: &Child) {
    let _ = Command::new("kill").arg(child.id().to_string()).status();
}

/// One TLS provider, though nothing here is encrypted: clients are not made without.
pub fn provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
