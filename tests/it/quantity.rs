//! Quantities against Kubernetes' own answers (`apimachinery/pkg/api/resource`), and against arithmetic.

use initlint::kube::quantity::{Format, Quantity, QuantityError};
use proptest::prelude::*;

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

#[test]
fn every_spelling_prints_in_canonical_form() {
    for (text, canonical) in [
        ("0", "0"),
        ("0Ki", "0"),
        ("000", "0"),
        ("0.000", "0"),
        ("0.5", "500m"),
        (".5", "500m"),
        ("5.", "5"),
        ("1.G", "1G"),
        ("+1", "1"),
        ("-1", "-1"),
        ("-0.5", "-500m"),
        ("1.5Gi", "1536Mi"),
        ("2050m", "2050m"),
        ("2000m", "2"),
        ("100000m", "100"),
        ("1500", "1500"),
        ("10000", "10k"),
        ("1024", "1024"),
        ("1024Ki", "1Mi"),
        ("123Ki", "123Ki"),
        ("1Ki", "1Ki"),
        ("0.5Ki", "512"),
        ("0.1Ki", "102400m"),
        ("0.3Mi", "314572800m"),
        ("1e3", "1e3"),
        ("1E3", "1e3"),
        ("1e-1", "100e-3"),
        ("129e6", "129e6"),
        ("1.2e3", "1200"),
        ("12e2", "1200"),
        ("1.3E+6", "1300e3"),
        ("1E", "1E"),
        ("1e18", "1e18"),
        ("12E", "12E"),
        ("1000E", "1e21"),
        ("100.035k", "100035"),
        ("0.00050k", "500m"),
        ("2147483648", "2147483648"),
        ("100n", "100n"),
        ("1000n", "1u"),
        ("00012", "12"),
        ("3Ei", "3Ei"),
        ("1001m", "1001m"),
        ("1.001", "1001m"),
    ] {
        assert_eq!(quantity(text).to_string(), canonical, "{text}");
    }
}

#[test]
fn what_is_finer_than_a_billionth_is_rounded_up() {
    for (text, canonical) in [
        ("3.001n", "4n"),
        ("0.0000000001", "1n"),
        ("0.5e-9", "1e-9"),
        ("1.1E-9", "2e-9"),
        ("0.9n", "1n"),
        ("-0.9n", "-1n"),
        ("0.00000012345", "124n"),
        ("1e-400000000000", "1e-9"),
        ("0.000000000001Ki", "2n"),
        ("0.025Ti", "27487790694400m"),
    ] {
        assert_eq!(quantity(text).to_string(), canonical, "{text}");
    }
}

#[test]
fn binary_amounts_are_capped_and_decimal_ones_are_not() {
    let cap = "9223372036854775807";
    for text in ["8Ei", "9Ei", "9223372036854775807Ki", "99999999999999999999999999999999999999999Ki"] {
        assert_eq!(quantity(text).to_string(), cap, "{text}");
        assert_eq!(quantity(&format!("-{text}")).to_string(), format!("-{cap}"), "{text}");
    }
    assert_eq!(quantity("18446744073709551616").to_string(), "18446744073709551616");
    for text in ["1e99999", "30231952716017.5E", "99999999999999999999999999999999999999999"] {
        assert_eq!(quantity(text).nano(), 10i128.pow(38), "what doesn't fit stands at the bound: {text}");
    }
}

#[test]
fn a_number_without_digits_is_nothing() {
    // Kubernetes' parser, unlike the expression in its error message, takes these.
    for text in [".", "-", "+", "-.", "m", "Ki", "e3", "+.k", "Ti"] {
        assert_eq!(quantity(text), Quantity::ZERO, "{text}");
    }
    for text in ["Pi", "-.Ei"] {
        assert_eq!(text.parse::<Quantity>(), Err(QuantityError::Numeric), "{text}");
    }
}

#[test]
fn space_around_a_quantity_is_dropped_and_inside_it_is_not() {
    assert_eq!(quantity(" 500m\n"), quantity("500m"));
    assert_eq!("500 m".parse::<Quantity>(), Err(QuantityError::Format));
}

#[test]
fn what_kubernetes_rejects_is_rejected_with_its_reason() {
    use QuantityError::{Format, Numeric, Suffix};
    for (text, error) in [
        ("", Format),
        (" ", Format),
        ("1K", Suffix),
        ("1ki", Suffix),
        ("1mi", Suffix),
        ("1KI", Format),
        ("1g", Format),
        ("100MB", Format),
        ("1GB", Format),
        ("1e", Suffix),
        ("1e+", Suffix),
        ("1E-", Suffix),
        ("1e3Ki", Format),
        ("1Ki3", Suffix),
        ("1mm", Suffix),
        ("1x", Format),
        ("0x10", Format),
        ("1,5", Format),
        ("1.2.3", Format),
        ("1..2", Format),
        ("--1", Suffix),
        ("+-1", Suffix),
        ("1m-", Suffix),
        ("true", Format),
        ("NaN", Format),
        ("1٣", Format),
        ("1µ", Format),
        ("9999999999999999999", Numeric),
        ("9223372036854775808", Numeric),
    ] {
        assert_eq!(text.parse::<Quantity>().map(|q| q.to_string()), Err(error), "{text:?}");
    }
    // One digit more takes Kubernetes' slow path, which is not limited.
    assert_eq!(quantity("99999999999999999999").units(), 99_999_999_999_999_999_999);
}

#[test]
fn sums_keep_the_format_of_the_first_that_is_something() {
    assert_eq!((quantity("128Mi") + quantity("1Gi")).to_string(), "1152Mi");
    assert_eq!((quantity("0") + quantity("1Gi")).to_string(), "1Gi");
    assert_eq!((quantity("128974848") + quantity("1.5Gi")).to_string(), "1739587584");
    assert_eq!((quantity("1.5Gi") + quantity("128974848")).to_string(), "1659Mi");
    assert_eq!((quantity("1e-1") + quantity("500m")).to_string(), "600e-3");
    assert_eq!((quantity("1") - quantity("500m")).to_string(), "500m");
    assert_eq!([quantity("100m"), quantity("1900m")].into_iter().sum::<Quantity>().to_string(), "2");
    assert_eq!(quantity("250m").times(10).to_string(), "2500m");
    assert_eq!(quantity("1").surplus_over(quantity("300m")).to_string(), "700m");
    assert_eq!(quantity("1").surplus_over(quantity("3")), Quantity::ZERO);
}

#[test]
fn lists_of_resources_hold_thousandths() {
    assert_eq!(quantity("0.5m").round_up_to_milli().to_string(), "1m");
    assert_eq!(quantity("-0.5m").round_up_to_milli().to_string(), "-1m");
    assert_eq!(quantity("100n").round_up_to_milli().to_string(), "1m");
    assert_eq!(quantity("1500m").round_up_to_milli().to_string(), "1500m");
    assert_eq!((quantity("0.5m").units(), quantity("-0.5m").units()), (1, -1));
}

/// A quantity's text and its value in billionths, worked out apart from the parser.
fn written() -> impl Strategy<Value = (String, i128)> {
    let suffixes = vec![
        ("n", 1),
        ("u", 1_000),
        ("m", 1_000_000),
        ("", 1_000_000_000),
        ("k", 1_000_000_000_000),
        ("M", 1_000_000_000_000_000),
        ("Ki", 1_024_000_000_000),
        ("Mi", 1_048_576_000_000_000),
        ("Gi", 1_073_741_824_000_000_000),
        ("e2", 100_000_000_000),
        ("E-6", 1_000),
    ];
    (-1_000_000_000i128..1_000_000_000, prop::sample::select(suffixes))
        .prop_map(|(number, (suffix, nano))| (format!("{number}{suffix}"), number * nano))
}

proptest! {
    #[test]
    fn reading_agrees_with_arithmetic((text, nano) in written()) {
        prop_assert_eq!(quantity(&text).nano(), nano);
    }

    #[test]
    fn printing_and_reading_again_changes_nothing((text, _) in written()) {
        let once = quantity(&text);
        let printed = once.to_string();
        let twice = quantity(&printed);
        prop_assert_eq!(once, twice);
        prop_assert_eq!(printed, twice.to_string());
    }

    #[test]
    fn decimal_fractions_agree_with_arithmetic(whole in 0u32..100_000, thousandths in 0u32..1000) {
        let text = format!("{whole}.{thousandths:03}Ki");
        let exact = (i128::from(whole) * 1000 + i128::from(thousandths)) * 1024 * 1_000_000;
        prop_assert_eq!(quantity(&text).nano(), exact);
    }

    #[test]
    fn order_and_sums_agree_across_suffixes((a, a_nano) in written(), (b, b_nano) in written(), times in 0u64..1000) {
        let (a, b) = (quantity(&a), quantity(&b));
        prop_assert_eq!(a.cmp(&b), a_nano.cmp(&b_nano));
        prop_assert_eq!((a + b).nano(), a_nano + b_nano);
        prop_assert_eq!((a - b).nano(), a_nano - b_nano);
        prop_assert_eq!(a.times(times).nano(), a_nano * i128::from(times));
    }

    #[test]
    fn any_text_is_answered(text in "[-+]?[0-9.]{0,60}[eEinumkKMGTP]{0,3}[-+]?[0-9]{0,25}|\\PC{0,20}") {
        if let Ok(read) = text.parse::<Quantity>() {
            prop_assert_eq!(quantity(&read.to_string()), read);
        }
    }
}

#[test]
fn the_format_follows_the_suffix() {
    for (text, format) in [
        ("1", Format::DecimalSi),
        ("1Ki", Format::BinarySi),
        ("1e3", Format::DecimalExponent),
        ("1E", Format::DecimalSi),
        ("0.000000000001Ki", Format::DecimalSi),
    ] {
        assert_eq!(quantity(text).format(), format, "{text}");
    }
}

#[test]
fn people_write_amounts_short() {
    for (text, short) in [
        ("13824Mi", "13.5Gi"),
        ("1536Mi", "1.5Gi"),
        ("1100Mi", "1100Mi"),
        ("512Mi", "512Mi"),
        ("1Gi", "1Gi"),
        ("3500m", "3.5"),
        ("1250m", "1.25"),
        ("1001m", "1.001"),
        ("8320Mi", "8.125Gi"),
        ("1288490189", "1288490189"),
        ("7616Mi", "7616Mi"),
        ("500m", "500m"),
        ("35", "35"),
        ("1500M", "1.5G"),
        ("0", "0"),
        ("-1500m", "-1500m"),
        ("2e3", "2e3"),
        ("1000E", "1000E"),
    ] {
        assert_eq!(quantity(text).short(), short, "{text}");
    }
}

proptest! {
    #[test]
    fn a_short_amount_is_the_same_amount(number in 0_u64.., suffix in "(m|k|M|G|Ki|Mi|Gi)?") {
        let Ok(amount) = format!("{number}{suffix}").parse::<Quantity>() else { return Ok(()) };
        prop_assert_eq!(quantity(&amount.short()), amount);
    }
}
