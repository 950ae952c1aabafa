//! Places at which a build with the feature `failpoints` ends itself, as a crash does: `KAAM_FAIL_POINT=accepted:3` at the third time that
//! it comes to `accepted`. For `scripts/chaos --points`; other builds have neither the names nor the code.

/// Ends the process here if this point is the wanted one, and (where something more is given) that holds.
macro_rules! fail_point {
    ($name:literal $(, $holds:expr)?) => {
        #[cfg(feature = "failpoints")]
        if true $(&& $holds)? {
            $crate::server::run::fail_point::reached($name);
        }
    };
}
pub(super) use fail_point;

/// Counts, and ends the process when it is time.
#[cfg(feature = "failpoints")]
pub(super) fn reached(name: &str) {
    use std::sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    };
    // Not a setting of the server, and so not in `config`.
    static WANTED: LazyLock<Option<(String, AtomicUsize)>> = LazyLock::new(|| {
        let wanted = std::env::var("KAAM_FAIL_POINT").ok()?;
        let (name, times) = wanted.split_once(':')?;
        Some((name.to_owned(), AtomicUsize::new(times.parse().ok()?)))
    });
    if let Some((wanted, left)) = &*WANTED
        && wanted == name
        && left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        tracing::warn!(point = name, "ends itself here, as it was told");
        std::process::abort();
    }
}
