//! Ids and tokens.

use rand::distr::{Alphanumeric, SampleString};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use crate::key::KeyDigest;

const OWN_KEY_PREFIX: &str = "sk_test_";
const ID_CHARS: usize = 24;
/// 256 bits: a checkout link is a bearer secret.
const TOKEN_CHARS: usize = 43;

/// What all ids and tokens of a sandbox grow from.
#[derive(Clone)]
pub(crate) struct Seed([u8; 32]);

/// The ids of one merchant, unguessable without the seed and the same for the same seed, key
/// and calls.
pub(crate) struct Ids(StdRng);

impl Seed {
    /// A seed from the operating system.
    pub(crate) fn random() -> Self {
        let mut seed = [0; 32];
        rand::rng().fill_bytes(&mut seed);
        Self(seed)
    }

    pub(crate) fn fixed(number: u64) -> Self {
        Self(Sha256::digest(number.to_le_bytes()).into())
    }

    /// A secret key of the sandbox's own, and its merchant.
    pub(crate) fn own_key(&self) -> (String, KeyDigest) {
        let mut rng = StdRng::from_seed(Sha256::digest(self.0).into());
        let key = format!(
            "{OWN_KEY_PREFIX}{}",
            Alphanumeric.sample_string(&mut rng, ID_CHARS)
        );
        let digest = KeyDigest::of_own(&key);
        (key, digest)
    }

    /// The ids of what every merchant has from the start.
    pub(crate) fn shared_ids(&self) -> Ids {
        let seed = Sha256::new()
            .chain_update(self.0)
            .chain_update("catalogue")
            .finalize();
        Ids(StdRng::from_seed(seed.into()))
    }

    pub(crate) fn ids_of(&self, merchant: &KeyDigest) -> Ids {
        let seed = Sha256::new()
            .chain_update(self.0)
            .chain_update(merchant.as_bytes())
            .finalize();
        Ids(StdRng::from_seed(seed.into()))
    }
}

impl Ids {
    /// Ids that nobody will see.
    pub(crate) fn throwaway() -> Self {
        Self(StdRng::from_seed([0; 32]))
    }

    /// A public id: `prefix` and 24 letters and digits.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        let mut id = String::with_capacity(prefix.len() + ID_CHARS);
        id.push_str(prefix);
        Alphanumeric.append_string(&mut self.0, &mut id, ID_CHARS);
        id
    }

    /// A secret token.
    pub(crate) fn token(&mut self) -> String {
        Alphanumeric.sample_string(&mut self.0, TOKEN_CHARS)
    }
}
