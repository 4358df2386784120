use crate::{Index, Roster, Share, TagError, Vin, sharing};
use autochain_primitives::{B256, alloy_primitives::B512, keccak256};
use rand_core::{CryptoRng, OsRng, RngCore};
use serde::{Deserialize, Serialize};
use voprf::{
    BlindedElement, EvaluationElement, Group, OprfClient, Proof, Ristretto255, VoprfClient, VoprfServer,
};
use zeroize::ZeroizeOnDrop;

/// One registrar's evaluation of a blinded VIN under its share, and the proof that it used that share (RFC 9497's
/// DLEQ proof, §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partial {
    /// Whose share.
    pub index: Index,
    /// kᵢ times the blinded element.
    pub element: B256,
    /// Challenge and response.
    pub proof: B512,
}

impl Share {
    /// Evaluates a blinded VIN under this share: `BlindEvaluate` of RFC 9497 §3.3.2 with kᵢ as the key.
    ///
    /// # Errors
    /// [`TagError::Malformed`] when `blinded` is no element.
    pub fn evaluate(&self, blinded: &B256) -> Result<Partial, TagError> {
        let blinded = BlindedElement::deserialize(blinded.as_slice()).map_err(|_| TagError::Malformed)?;
        let server =
            VoprfServer::<Ristretto255>::new_with_key(&self.secret()).map_err(|_| TagError::Malformed)?;
        let result = server.blind_evaluate(&mut OsRng, &blinded);
        Ok(Partial {
            index: self.index(),
            element: B256::from_slice(&result.message.serialize()),
            proof: B512::from_slice(&result.proof.serialize()),
        })
    }
}

/// A VIN blinded for evaluation: what the registrars see of it is a uniformly random element.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Blinded {
    vin: Vin,
    blind: [u8; 32],
    #[zeroize(skip)]
    element: B256,
}

impl Blinded {
    /// Blinds a VIN with fresh randomness (`Blind`, RFC 9497 §3.3.2).
    pub fn new<R: RngCore + CryptoRng>(vin: &Vin, rng: &mut R) -> Result<Self, TagError> {
        let blind = <Ristretto255 as Group>::random_scalar(rng);
        Self::with_blind(vin, &blind.to_bytes().into())
    }

    /// Blinds with a blind that was used before, to check what came of it.
    ///
    /// # Errors
    /// [`TagError::Malformed`] when it is no scalar.
    pub fn with_blind(vin: &Vin, blind: &B256) -> Result<Self, TagError> {
        let malformed = |_| TagError::Malformed;
        let scalar = <Ristretto255 as Group>::deserialize_scalar(blind.as_slice()).map_err(malformed)?;
        let result = VoprfClient::<Ristretto255>::deterministic_blind_unchecked(vin.as_bytes(), scalar);
        let element = B256::from_slice(&result.map_err(malformed)?.message.serialize());
        Ok(Self { vin: vin.clone(), blind: blind.0, element })
    }

    /// What goes to the registrars.
    pub const fn element(&self) -> B256 {
        self.element
    }

    /// The blind; whoever has it and the element can test VINs against it.
    pub const fn blind(&self) -> B256 {
        B256::new(self.blind)
    }

    /// Whether a registrar used its share.
    ///
    /// # Errors
    /// [`TagError::Proof`], [`TagError::Malformed`], or the registrar is not of the roster.
    pub fn check(&self, roster: &Roster, partial: &Partial) -> Result<(), TagError> {
        let malformed = |_| TagError::Malformed;
        let key = roster.key_of(partial.index)?;
        let state = [self.blind, self.element.0].concat();
        let client = VoprfClient::<Ristretto255>::deserialize(&state).map_err(malformed)?;
        let element = EvaluationElement::deserialize(partial.element.as_slice()).map_err(malformed)?;
        let proof = Proof::deserialize(partial.proof.as_slice()).map_err(malformed)?;
        let checked = client.finalize(self.vin.as_bytes(), &element, &proof, key);
        checked.map(|_| ()).map_err(|_| TagError::Proof { index: partial.index })
    }

    /// The tag: every partial evaluation is checked, the first t are combined to the evaluation under k, and
    /// `Finalize` of RFC 9497 unblinds and hashes it.
    ///
    /// # Errors
    /// [`TagError::TooFew`], and those of [`Blinded::check`].
    pub fn tag(&self, roster: &Roster, partials: &[Partial]) -> Result<B256, TagError> {
        let threshold = roster.threshold();
        let used = partials.get(..usize::from(threshold));
        let used = used.ok_or(TagError::TooFew { got: partials.len(), threshold })?;
        let mut points = Vec::with_capacity(used.len());
        for partial in used {
            self.check(roster, partial)?;
            points.push((partial.index, sharing::decode(&partial.element)?));
        }
        let whole = sharing::encode(&sharing::combine(&points)?);
        let malformed = |_| TagError::Malformed;
        let whole = EvaluationElement::deserialize(whole.as_slice()).map_err(malformed)?;
        // The proofs are checked; from here on both modes of the RFC do the same.
        let client = OprfClient::<Ristretto255>::deserialize(&self.blind).map_err(malformed)?;
        Ok(keccak256(client.finalize(self.vin.as_bytes(), &whole).map_err(malformed)?))
    }
}

impl std::fmt::Debug for Blinded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blinded").field("element", &self.element).finish_non_exhaustive()
    }
}
