//! RFC 9497, appendix A.1.2: ristretto255-SHA512, verifiable mode.

use crate::support::{index, indices};
use autochain_primitives::hex;
use rand_core::{CryptoRng, Error, RngCore};
use voprf::{BlindedElement, EvaluationElement, Group, Proof, Ristretto255, VoprfClient, VoprfServer};

const KEY: &str = "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909";
const PUBLIC_KEY: &str = "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e";
const BLIND: &str = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706";
const PROOF_SCALAR: &str = "222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e";

struct Vector {
    input: &'static str,
    blinded: &'static str,
    evaluated: &'static str,
    proof: &'static str,
    output: &'static str,
}

const VECTORS: [Vector; 2] = [
    Vector {
        input: "00",
        blinded: "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945",
        evaluated: "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e",
        proof: "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd066d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d",
        output: "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7da4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c",
    },
    Vector {
        input: "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
        blinded: "cc0b2a350101881d8a4cba4c80241d74fb7dcbfde4a61fde2f91443c2bf9ef0c",
        evaluated: "60a59a57208d48aca71e9e850d22674b611f752bed48b36f7a91b372bd7ad468",
        proof: "401a0da6264f8cf45bb2f5264bc31e109155600babb3cd4e5af7d181a2c9dc0a67154fabf031fd936051dec80b0b6ae29c9503493dde7393b722eafdf5a50b02",
        output: "8a9a2f3c7f085b65933594309041fc1898d42d0858e59f90814ae90571a6df60356f4610bf816f27afdd84f47719e480906d27ecd994985890e5f539e7ea74b6",
    },
];

/// Gives the scalar of the vector as randomness: the wide reduction of a canonical scalar is itself.
struct Fixed([u8; 32]);

impl RngCore for Fixed {
    fn next_u32(&mut self) -> u32 {
        unreachable!()
    }
    fn next_u64(&mut self) -> u64 {
        unreachable!()
    }
    fn fill_bytes(&mut self, out: &mut [u8]) {
        out.fill(0);
        out[..32].copy_from_slice(&self.0);
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Fixed {}

fn array<const N: usize>(text: &str) -> [u8; N] {
    hex::decode_to_array(text).unwrap()
}

#[test]
fn the_suite_gives_the_rfcs_vectors() {
    let server = VoprfServer::<Ristretto255>::new_with_key(&array::<32>(KEY)).unwrap();
    let public = server.get_public_key();
    assert_eq!(Ristretto255::serialize_elem(public).as_slice(), array::<32>(PUBLIC_KEY));
    for vector in &VECTORS {
        let input = hex::decode(vector.input).unwrap();
        let blinded = VoprfClient::<Ristretto255>::blind(&input, &mut Fixed(array(BLIND))).unwrap();
        assert_eq!(blinded.message.serialize().as_slice(), array::<32>(vector.blinded));
        let answer = server.blind_evaluate(&mut Fixed(array(PROOF_SCALAR)), &blinded.message);
        assert_eq!(answer.message.serialize().as_slice(), array::<32>(vector.evaluated));
        assert_eq!(answer.proof.serialize().as_slice(), array::<64>(vector.proof));
        let output = blinded.state.finalize(&input, &answer.message, &answer.proof, public).unwrap();
        assert_eq!(output.as_slice(), array::<64>(vector.output));
    }
}

/// The vectors' key as the sum of three dealt parts: two shares give the same evaluation, tag included.
#[test]
fn shares_of_the_rfcs_key_combine_to_its_output() {
    use autochain_primitives::{B256, keccak256};
    use autochain_registrar::{Blinded, Share, Vin, deal_again};
    use rand_core::OsRng;

    // Someone who holds the whole key is a sharing of one by one; it deals the key to three.
    let whole = Share::from_bytes(index(1), &array(KEY)).unwrap();
    assert_eq!(whole.public_key().0, array::<32>(PUBLIC_KEY));
    let file = format!(r#"{{"threshold":1,"keys":{{"1":"0x{PUBLIC_KEY}"}}}}"#);
    let roster = serde_json::from_str(&file).unwrap();
    let members = indices(&[1, 2, 3]);
    let dealt = deal_again(&whole, &roster, &[index(1)], 2, &members, &mut OsRng).unwrap();
    let (shares, roster) = crate::support::assembled(2, &members, &[dealt]);
    assert_eq!(roster.key().0, array::<32>(PUBLIC_KEY));

    let vin: Vin = "WVWZZZ1JZXW000001".parse().unwrap();
    let expected = VoprfServer::<Ristretto255>::new_with_key(&array::<32>(KEY)).unwrap();
    let expected = keccak256(expected.evaluate(vin.as_bytes()).unwrap());
    let blinded = Blinded::with_blind(&vin, &B256::new(array(BLIND))).unwrap();
    for pair in [[0, 1], [0, 2], [2, 1]] {
        let partials = pair.map(|member: usize| shares[member].evaluate(&blinded.element()).unwrap());
        assert_eq!(blinded.tag(&roster, &partials).unwrap(), expected, "{pair:?}");
    }

    // Each element and proof of the wire has the RFC's encoding.
    let partial = shares[0].evaluate(&blinded.element()).unwrap();
    assert!(BlindedElement::<Ristretto255>::deserialize(blinded.element().as_slice()).is_ok());
    assert!(EvaluationElement::<Ristretto255>::deserialize(partial.element.as_slice()).is_ok());
    assert!(Proof::<Ristretto255>::deserialize(partial.proof.as_slice()).is_ok());
}
