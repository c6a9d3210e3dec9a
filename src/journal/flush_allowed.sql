select append as "append!", outcome as "outcome!", last_sequence, claimed_by
  from journal_append_allowed(
    $1::int4[], $2::text[], $3::text[], $4::int8[], $5::text[], $6::int2[], $7::int8[],
    $8::int4[], $9::text[], $10::text[], $11::int8[], $12::text[], $13::text[], $14::text[], $15::text[],
    $16::int4[], $17::text[], $18::text[], $19::text[],
    $20::int4[], $21::text[], $22::text[], $23::text[], $24::text[], $25::text[], $26::int2[], $27::text[],
    $28::int4[], $29::text[],
    $30::int4[], $31::text[], $32::text[], $33::int8[], $34::int8[], $35::int8[])
