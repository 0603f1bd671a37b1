-- Whether a response follows from its operands: what a client says of its own arithmetic is not believed.
SET LOCAL ROLE metercalc_owner;

-- The exponent of a canonical number's first digit; NULL for 0 and for what is no canonical number.
CREATE FUNCTION metercalc.adjusted(number text) RETURNS int LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    bare text := ltrim(number, '-');
BEGIN
    IF number ~ '^-?(0\.0*[1-9]|0\.[0-9]*[1-9]|[1-9])[0-9]*(\.[0-9]*[1-9])?$' AND length(number) < 100 THEN
        RETURN CASE WHEN left(bare, 1) = '0' THEN -(length(bare) - length(ltrim(substr(bare, 3), '0')) - 1)
            ELSE length(split_part(bare, '.', 1)) - 1 END;
    END IF;
    IF number ~ '^-?[1-9](\.[0-9]*[1-9])?e-?[1-9][0-9]{2,3}$' THEN
        RETURN split_part(number, 'e', 2)::int;
    END IF;
    IF number ~ '^-?([1-9][0-9]*|0)(\.[0-9]*[1-9])?$' AND bare <> '0' THEN
        RETURN CASE WHEN left(bare, 1) = '0' THEN -(length(bare) - length(ltrim(substr(bare, 3), '0')) - 1)
            ELSE length(split_part(bare, '.', 1)) - 1 END;
    END IF;
    RETURN NULL;
END $$;

-- Whether a text is a number as the ledger writes it: plain for sizes from 1e-100 to below 1e100; beyond, with an
-- exponent, unless a number of more than 100 digits is no longer in plain.
CREATE FUNCTION metercalc.is_number(number text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    SET search_path = metercalc, pg_temp AS $$
DECLARE
    size int;
    count int;
    plain int;
    short int;
BEGIN
    IF number IS NULL OR length(number) > 12000 THEN
        RETURN false;
    END IF;
    IF number = '0' THEN
        RETURN true;
    END IF;
    size := adjusted(number);
    IF size IS NULL THEN
        RETURN false;
    END IF;
    IF position('e' IN number) = 0 AND size BETWEEN -100 AND 99 THEN
        RETURN true;
    END IF;
    IF size BETWEEN -100 AND 99 OR abs(size) > 9999 THEN
        RETURN false;
    END IF;
    count := digits(number);
    short := count + (count > 1)::int + 1 + length(size::text);
    plain := CASE WHEN size < 0 THEN 1 - size + count ELSE greatest(size + 1, count) + (count > size + 1)::int END;
    RETURN (count > 100 AND plain <= short) = (position('e' IN number) = 0);
END $$;

-- How many digits are shown of a canonical number; 34 at most where it was rounded.
CREATE FUNCTION metercalc.digits(number text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT length(trim('0' FROM translate(split_part(number, 'e', 1), '-.', '')))
$$;

-- What an operand is worth, within `error`: a number, a fraction of a root ("-2/3×√5"), or a rounded one ("1.2±5e-50").
-- NULL for any other text. A number's error is 0; only that of a rounded one is more than 1e-60 of the value.
CREATE FUNCTION metercalc.worth(operand text, OUT value numeric, OUT error numeric, OUT rounded boolean) LANGUAGE plpgsql
    IMMUTABLE PARALLEL SAFE SET search_path = metercalc, pg_temp AS $$
DECLARE
    parts text[];
    part text;
    top numeric;
    under numeric;
BEGIN
    rounded := false;
    IF is_number(operand) THEN
        value := operand::numeric;
        error := 0;
        RETURN;
    END IF;
    IF position('±' IN operand) > 0 THEN
        parts := regexp_match(operand, '^([^±]+)±([1-9][0-9]{0,2}e-?[0-9]{1,4})$');
        IF is_number(parts[1]) THEN
            value := parts[1]::numeric;
            error := parts[2]::numeric;
            rounded := true;
        END IF;
        RETURN;
    END IF;
    parts := regexp_match(operand, '^-?(?:([0-9.e]+)(?:/([0-9.e]+))?(?:×√([0-9.e]+))?|√([0-9.e]+))$');
    parts := ARRAY[parts[1], parts[2], coalesce(parts[3], parts[4])];
    IF parts[2] IS NULL AND parts[3] IS NULL THEN
        RETURN;
    END IF;
    FOREACH part IN ARRAY parts LOOP
        IF part IS NOT NULL AND (NOT is_number(part) OR part = '0' OR length(part) > 1100 OR adjusted(part) NOT BETWEEN 0 AND 1000) THEN
            RETURN;
        END IF;
    END LOOP;
    top := coalesce(parts[1], '1')::numeric;
    under := coalesce(parts[2], '1')::numeric;
    IF top <> trunc(top) OR under <> trunc(under) OR gcd(top, under) <> 1 OR coalesce(parts[2], '') = '1' OR coalesce(parts[3], '') = '1' THEN
        RETURN;
    END IF;
    value := round(top, 70 + greatest(0, length(trunc(under)::text) - length(trunc(top)::text))) / under;
    IF parts[3] IS NOT NULL THEN
        value := value * sqrt(round(parts[3]::numeric, 70));
    END IF;
    error := value * 1e-60;
    IF left(operand, 1) = '-' THEN
        value := -value;
    END IF;
END $$;

-- The usual case: both operands are numbers. Sums and products are exact; quotients and roots are, or are right to half
-- of the 34th digit.
CREATE FUNCTION metercalc.number_follows(
    operation text, a numeric, b numeric, response text, exact boolean
) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = metercalc, pg_temp AS $$
DECLARE
    r numeric := response::numeric;
    half numeric;
BEGIN
    CASE operation
    WHEN 'addition' THEN RETURN exact AND r = a + b;
    WHEN 'subtraction' THEN RETURN exact AND r = a - b;
    WHEN 'multiplication' THEN RETURN exact AND r = a * b;
    WHEN 'division' THEN
        IF b = 0 OR exact THEN
            RETURN b <> 0 AND r * b = a;
        END IF;
        half := ('5e' || adjusted(response) - 34)::numeric;
        RETURN r * b <> a AND digits(response) <= 34 AND abs(r * b - a) <= half * abs(b);
    WHEN 'square_root' THEN
        IF r < 0 OR a < 0 OR exact THEN
            RETURN r >= 0 AND a >= 0 AND r * r = a;
        END IF;
        half := ('5e' || adjusted(response) - 34)::numeric;
        RETURN r * r <> a AND digits(response) <= 34 AND (r - half) * (r - half) <= a AND a <= (r + half) * (r + half);
    ELSE RETURN false;
    END CASE;
END $$;

-- Whether a step's response follows. With a fraction or a root among the operands the true value is known within bounds
-- far below what is shown; with a rounded one within its error, and the response shows no more than that leaves certain.
CREATE FUNCTION metercalc.follows(operation text, operands text[], response text, exact boolean) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = metercalc, pg_temp AS $$
DECLARE
    a record;
    b record;
    r numeric;
    value numeric;
    error numeric;
    places int;
BEGIN
    IF NOT is_number(response) OR exact IS NULL OR cardinality(operands) <> (2 - (operation = 'square_root')::int) THEN
        RETURN false;
    END IF;
    IF abs(adjusted(response)) > 999 THEN
        RETURN false;
    END IF;
    a := worth(operands[1]);
    b := worth(coalesce(operands[2], '1'));
    IF a.value IS NULL OR b.value IS NULL THEN
        RETURN false;
    END IF;
    IF a.error = 0 AND b.error = 0 THEN
        RETURN number_follows(operation, a.value, b.value, response, exact);
    END IF;
    IF NOT exact AND digits(response) > 34 THEN
        RETURN false;
    END IF;
    r := response::numeric;
    CASE operation
    WHEN 'addition' THEN
        value := a.value + b.value;
        error := a.error + b.error;
    WHEN 'subtraction' THEN
        value := a.value - b.value;
        error := a.error + b.error;
    WHEN 'multiplication' THEN
        value := a.value * b.value;
        error := abs(a.value) * b.error + abs(b.value) * a.error + a.error * b.error;
    WHEN 'division' THEN
        IF abs(b.value) <= b.error THEN
            RETURN false;
        END IF;
        places := 70 + greatest(0, scale(b.value)) + greatest(0, length(trunc(abs(b.value))::text) - length(trunc(abs(a.value))::text));
        value := round(a.value, least(16000, greatest(places, scale(a.value)))) / b.value;
        error := (a.error + abs(value) * b.error) / (abs(b.value) - b.error) * 1.001 + abs(value) * 1e-60;
    WHEN 'square_root' THEN
        IF a.value < -a.error THEN
            RETURN false;
        END IF;
        value := sqrt(round(greatest(a.value, 0), least(16000, 140 + scale(a.value))));
        error := CASE WHEN a.value <= a.error THEN sqrt(a.value + a.error) ELSE a.error / value END * 1.001;
    ELSE RETURN false;
    END CASE;
    IF NOT (a.rounded OR b.rounded) THEN
        -- Nothing was rounded on the way: what hits the true value within 1e-55 of it is all of it.
        IF exact OR abs(r - value) <= abs(value) * 1e-55 + error * 2 THEN
            RETURN exact AND abs(r - value) <= abs(value) * 1e-55 + error * 2;
        END IF;
        RETURN abs(r - value) <= ('5e' || coalesce(adjusted(response), -10000) - 34)::numeric + error * 2;
    END IF;
    IF exact THEN  -- nothing times, or divided by, a rounded number is nothing; all else stays rounded
        RETURN r = 0 AND value = 0 AND error = 0;
    END IF;
    IF r = 0 THEN
        RETURN abs(value) <= error * 2;
    END IF;
    RETURN abs(r - value) <= ('5e' || adjusted(response) - 34)::numeric + error * 12;
END $$;

-- A step's operands as the record has them: "0.1 + 0.2", "√2.25", "1 ÷ (1/3)"; "" for a random string.
CREATE FUNCTION metercalc.operands_text(operation text, operands text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE operation
        WHEN 'addition' THEN operands[1] || ' + ' || operands[2]
        WHEN 'subtraction' THEN operands[1] || ' − ' || operands[2]
        WHEN 'multiplication' THEN operands[1] || ' × ' || operands[2]
        WHEN 'division' THEN operands[1] || ' ÷ ' || CASE WHEN operands[2] ~ '[/×√±]' THEN '(' || operands[2] || ')' ELSE operands[2] END
        WHEN 'square_root' THEN '√' || CASE WHEN operands[1] ~ '[/×√±]' THEN '(' || operands[1] || ')' ELSE operands[1] END
        ELSE '' END
$$;
