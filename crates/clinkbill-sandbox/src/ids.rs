//! Ids and tokens.

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::key::KeyDigest;

const OWN_KEY_PREFIX: &str = "sk_test_";
const ID_CHARS: usize = 24;
/// 256 bits: a checkout link is a bearer secret.
const TOKEN_CHARS: usize = 43;

/// What all ids and tokens of a sandbox grow from.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Seed(#[serde(with = "hex::serde")] [u8; 32]);

/// The ids of one merchant, unguessable without the seed and the same for the same seed, key
/// and calls.
pub(crate) struct Ids {
    rng: StdRng,
    drawn: u64,
    round: u32,
}

/// An id of `LENGTH` bytes that the sandbox made: a prefix and 24 letters and digits. It is held
/// in place, since a book holds many.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id<const LENGTH: usize>([u8; LENGTH]);

pub(crate) type CustomerId = Id<{ length("cus_") }>;
pub(crate) type EventId = Id<{ length("event_") }>;
pub(crate) type InstrumentId = Id<{ length("pi_") }>;
pub(crate) type OrderId = Id<{ length("order_") }>;
pub(crate) type SessionId = Id<{ length("sess_") }>;

/// A map by ids that nobody but the sandbox chooses, so that a plain hash will do.
pub(crate) type IdMap<K, V> = FxHashMap<K, V>;

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
        let key = Ids::from_seed(Sha256::digest(self.0).into()).id(OWN_KEY_PREFIX);
        let digest = KeyDigest::of_own(&key);
        (key, digest)
    }

    /// The ids of what every merchant has from the start.
    pub(crate) fn shared_ids(&self) -> Ids {
        let seed = Sha256::new()
            .chain_update(self.0)
            .chain_update("catalogue")
            .finalize();
        Ids::from_seed(seed.into())
    }

    /// What the forms of a checkout page carry, so that only they are taken: who has the link
    /// alone does not know it.
    pub(crate) fn form_token(&self, link: &str) -> String {
        let digest = Sha256::new()
            .chain_update(self.0)
            .chain_update("form")
            .chain_update(link)
            .finalize();
        digest[..16]
            .iter()
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }

    /// The ids of a merchant whose book was emptied for so many times: none of them is one of an
    /// earlier round.
    pub(crate) fn ids_of(&self, merchant: &KeyDigest, round: u32) -> Ids {
        let mut seed = Sha256::new()
            .chain_update(self.0)
            .chain_update(merchant.as_bytes());
        if round > 0 {
            seed.update(round.to_le_bytes());
        }
        Ids {
            round,
            ..Ids::from_seed(seed.finalize().into())
        }
    }
}

impl Ids {
    fn from_seed(seed: [u8; 32]) -> Self {
        Self {
            rng: StdRng::from_seed(seed),
            drawn: 0,
            round: 0,
        }
    }

    /// How many ids and tokens were drawn in this round.
    pub(crate) fn drawn(&self) -> u64 {
        self.drawn
    }

    /// For how many times the book was emptied.
    pub(crate) fn round(&self) -> u32 {
        self.round
    }

    /// Ids that nobody will see.
    pub(crate) fn throwaway() -> Self {
        Self::from_seed([0; 32])
    }

    /// A public id: `prefix` and 24 letters and digits.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", text(&self.characters::<ID_CHARS>()))
    }

    pub(crate) fn customer(&mut self) -> CustomerId {
        self.in_place("cus_")
    }

    pub(crate) fn event(&mut self) -> EventId {
        self.in_place("event_")
    }

    pub(crate) fn instrument(&mut self) -> InstrumentId {
        self.in_place("pi_")
    }

    pub(crate) fn order(&mut self) -> OrderId {
        self.in_place("order_")
    }

    pub(crate) fn session(&mut self) -> SessionId {
        self.in_place("sess_")
    }

    /// A secret token.
    pub(crate) fn token(&mut self) -> Arc<str> {
        text(&self.characters::<TOKEN_CHARS>()).into()
    }

    fn in_place<const LENGTH: usize>(&mut self, prefix: &str) -> Id<LENGTH> {
        let mut id = [0; LENGTH];
        let characters = self.characters::<ID_CHARS>();
        for (place, byte) in id.iter_mut().zip(prefix.bytes().chain(characters)) {
            *place = byte;
        }
        Id(id)
    }

    /// Random letters and digits, each as likely as any other.
    fn characters<const COUNT: usize>(&mut self) -> [u8; COUNT] {
        self.drawn += 1;
        let mut characters = [0; COUNT];
        let mut places = characters.iter_mut();
        let mut place = places.next();
        while place.is_some() {
            let mut random = [0; 32];
            self.rng.fill_bytes(&mut random);
            // Six bits have two values too many, which are passed over.
            for character in random
                .iter()
                .filter_map(|byte| ALPHABET.get(usize::from(byte >> 2)))
            {
                let Some(free) = place else { break };
                *free = *character;
                place = places.next();
            }
        }
        characters
    }
}

impl<const LENGTH: usize> Id<LENGTH> {
    /// The id that somebody names; none where it cannot be one of these.
    pub(crate) fn named(text: &str) -> Option<Self> {
        text.as_bytes().try_into().ok().map(Self)
    }
}

impl<const LENGTH: usize> std::ops::Deref for Id<LENGTH> {
    type Target = str;

    fn deref(&self) -> &str {
        text(&self.0)
    }
}

/// The end of an id is random, and as good a hash as any.
impl<const LENGTH: usize> std::hash::Hash for Id<LENGTH> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        if let Some(end) = self.0.last_chunk() {
            state.write_u64(u64::from_le_bytes(*end));
        }
    }
}

const ALPHABET: [u8; 62] = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const fn length(prefix: &str) -> usize {
    prefix.len() + ID_CHARS
}

/// Ids and tokens are made of text.
fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_its_prefix_and_letters_and_digits_and_is_found_by_its_text() {
        let mut ids = Ids::throwaway();
        let (first, second) = (ids.session(), ids.session());
        assert_ne!(&*first, &*second);
        let code = first.strip_prefix("sess_").unwrap();
        assert_eq!(code.len(), ID_CHARS);
        assert!(code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert!(SessionId::named(&first) == Some(first));
        assert!(SessionId::named("sess_1").is_none());
    }

    #[test]
    fn every_letter_and_digit_is_as_likely_as_any_other() {
        let mut ids = Ids::throwaway();
        let mut seen = [0_u32; 256];
        for byte in (0..2_000).flat_map(|_| ids.token().bytes().collect::<Vec<_>>()) {
            seen[usize::from(byte)] += 1;
        }
        let expected = 2_000 * 43 / 62;
        for byte in ALPHABET {
            let count = seen[usize::from(byte)];
            assert!(count.abs_diff(expected) < expected / 5, "{byte}: {count}");
        }
    }
}
