//! The thread that owns the child.
//!
//! It starts the child, for the kernel ties the child's life to the thread that started it, not to the process; it starts it again when
//! it dies; and it stops it when the guard goes.

use std::{
    process::Child,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{EmbeddedError, cluster::Cluster};

/// How soon a death is noticed.
const TICK: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Watcher {
    /// Never used to send: that it goes away is the order to stop.
    order: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Zero while no server runs.
    pid: Arc<AtomicU32>,
}

impl Watcher {
    /// Returns when the server accepts connections.
    pub fn start(cluster: Cluster) -> Result<Self, EmbeddedError> {
        let (order, orders) = mpsc::channel();
        let (report, reports) = mpsc::channel();
        let pid = Arc::new(AtomicU32::new(0));
        let dir = cluster.dir.clone();
        let thread = thread::Builder::new().name("postgres".to_owned()).spawn({
            let pid = Arc::clone(&pid);
            move || match cluster.start(&|| is_stopped(&orders)) {
                Ok(child) => {
                    pid.store(child.id(), Ordering::Relaxed);
                    // Whoever waited for it cannot be gone.
                    _ = report.send(Ok(()));
                    watch(&cluster, child, &orders, &pid);
                }
                Err(error) => _ = report.send(Err(error)),
            }
        });
        let thread = thread.map_err(|cause| EmbeddedError::data_dir(&dir, cause))?;
        let watcher = Self {
            order: Some(order),
            thread: Some(thread),
            pid,
        };
        let gone = |_| EmbeddedError::data_dir(&dir, std::io::Error::other("the thread that starts the database has ended"));
        reports.recv().map_err(gone)??;
        Ok(watcher)
    }

    pub fn pid(&self) -> Option<u32> {
        Some(self.pid.load(Ordering::Relaxed)).filter(|pid| *pid != 0)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        drop(self.order.take());
        // A panic in there has been reported by the panic hook; the child died with its thread.
        _ = self.thread.take().map(JoinHandle::join);
    }
}

fn watch(cluster: &Cluster, mut child: Child, orders: &Receiver<()>, pid: &AtomicU32) {
    while orders.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
        if let Err(cause) = cluster.log.rotate() {
            tracing::warn!(%cause, "the database's log cannot be cut");
        }
        let Ok(Some(status)) = child.try_wait() else { continue };
        pid.store(0, Ordering::Relaxed);
        tracing::error!(%status, "the embedded database has died; starting it again");
        let Some(next) = start_again(cluster, orders) else { return };
        child = next;
        pid.store(child.id(), Ordering::Relaxed);
        tracing::info!("the embedded database runs again");
    }
    cluster.stop(&mut child);
    pid.store(0, Ordering::Relaxed);
}

/// Tries until it succeeds. `None` when told to stop.
fn start_again(cluster: &Cluster, orders: &Receiver<()>) -> Option<Child> {
    let mut pause = TICK;
    loop {
        match cluster.start(&|| is_stopped(orders)) {
            Ok(child) => return Some(child),
            Err(error) => tracing::error!(%error, "the embedded database could not be started again"),
        }
        if orders.recv_timeout(pause) != Err(RecvTimeoutError::Timeout) {
            return None;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn is_stopped(orders: &Receiver<()>) -> bool {
    orders.try_recv() == Err(TryRecvError::Disconnected)
}
