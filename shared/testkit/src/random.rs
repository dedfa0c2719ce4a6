//! Randomness from a seed: the same in every run, printed so that a failure can be repeated.

use rand::SeedableRng;
use rand::rngs::StdRng;

/// A generator for a test; equal seeds give equal runs. `KONTOR_TEST_SEED` in the environment overrides it.
pub fn seeded(seed: u64) -> StdRng {
    let wanted = std::env::var("KONTOR_TEST_SEED").ok().and_then(|text| text.parse().ok());
    let seed = wanted.unwrap_or(seed);
    eprintln!("seed {seed}");
    StdRng::seed_from_u64(seed)
}
