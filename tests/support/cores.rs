//! Work that is done on all cores.

use std::ops::ControlFlow;
use std::sync::Mutex;

/// Does `work` with each of `items`; a panic of one of them is the caller's.
pub(crate) fn in_parallel<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    in_parallel_until(items.iter(), |item| {
        work(item);
        ControlFlow::Continue(())
    });
}

/// The same until one of them is enough; what others have begun by then is finished.
pub(crate) fn in_parallel_until<T>(items: impl Iterator<Item = T> + Send, work: impl Fn(T) -> ControlFlow<()> + Sync) {
    let items = Mutex::new(Some(items));
    let open = || items.lock().expect("nobody panics while it is open");
    let next = || open().as_mut()?.next();
    let worker = || {
        while let Some(item) = next() {
            if work(item).is_break() {
                *open() = None;
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
    });
}
