-- Whether a response follows from its operands: what a client says of its own arithmetic is not believed.
SET LOCAL ROLE metercalc_owner;

-- None of these is called but by functions that have set the search_path; to set it again would cost each as much again.

-- The exponent of a canonical number's first digit; NULL for 0.
CREATE FUNCTION metercalc.adjusted(number text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN number = '0' THEN NULL
        WHEN position('e' IN number) > 0 THEN split_part(number, 'e', 2)::int
        WHEN left(ltrim(number, '-'), 2) = '0.' THEN
            length(ltrim(split_part(number, '.', 2), '0')) - length(split_part(number, '.', 2)) - 1
        ELSE length(split_part(ltrim(number, '-'), '.', 1)) - 1 END
$$;

-- Whether a text is a number as the ledger writes it: plain for sizes from 1e-100 to below 1e100; beyond, with an
-- exponent, unless a number of more than 100 digits is no longer in plain.
CREATE FUNCTION metercalc.is_number(number text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    is_short boolean := position('e' IN number) > 0;
    size int;
    count int;
    plain int;
    short int;
BEGIN
    IF number IS NULL OR length(number) > 12000 OR number !~ '^(0|-?(0\.[0-9]*[1-9]|[1-9][0-9]*(\.[0-9]*[1-9])?)|-?[1-9](\.[0-9]*[1-9])?e-?[1-9][0-9][0-9][0-9]?)$' THEN
        RETURN false;
    END IF;
    size := adjusted(number);
    IF size IS NULL OR (NOT is_short AND size BETWEEN -100 AND 99) THEN
        RETURN true;
    END IF;
    IF size BETWEEN -100 AND 99 THEN
        RETURN false;
    END IF;
    count := digits(number);
    short := count + (count > 1)::int + 1 + length(size::text);
    plain := CASE WHEN size < 0 THEN 1 - size + count ELSE greatest(size + 1, count) + (count > size + 1)::int END;
    RETURN (count > 100 AND plain <= short) <> is_short;
END $$;

-- How many digits are shown of a canonical number; 34 at most where it was rounded.
CREATE FUNCTION metercalc.digits(number text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT length(trim('0' FROM translate(split_part(number, 'e', 1), '-.', '')))
$$;

-- What an operand is worth: `top`/`under` × √`root` as it stands ("0.5", "-2/3×√5"), and that as a number, within `error`.
-- A rounded one ("1.2±5e-50") is a number and its error. NULL for any other text.
CREATE FUNCTION metercalc.worth(
    operand text, OUT value numeric, OUT error numeric, OUT rounded boolean, OUT top numeric, OUT under numeric, OUT root numeric
) LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    parts text[];
    part text;
BEGIN
    rounded := false;
    error := 0;
    IF is_number(operand) THEN
        value := operand::numeric;
        top := value;
        under := 1;
        root := 1;
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
        IF part IS NOT NULL AND (NOT is_number(part) OR part = '0' OR length(part) > 1100
            OR adjusted(part) NOT BETWEEN 0 AND 1000) THEN
            RETURN;
        END IF;
    END LOOP;
    top := coalesce(parts[1], '1')::numeric;
    under := coalesce(parts[2], '1')::numeric;
    root := coalesce(parts[3], '1')::numeric;
    IF top <> trunc(top) OR under <> trunc(under) OR root <> trunc(root) OR gcd(top, under) <> 1 OR parts[2] = '1' OR parts[3] = '1' THEN
        RETURN;
    END IF;
    -- 200 digits of it: what two operands have in common, and a difference loses, is far less.
    value := round(top, 200 + greatest(0, length(trunc(under)::text) - length(trunc(top)::text))) / under;
    IF root > 1 THEN
        value := value * sqrt(round(root, 200));
    END IF;
    error := value * 1e-190;
    IF left(operand, 1) = '-' THEN
        value := -value;
        top := -top;
    END IF;
END $$;

-- The usual case: both operands are numbers. Sums and products are exact; quotients and roots are, or are right to half
-- of the 34th digit.
CREATE FUNCTION metercalc.number_follows(
    operation text, a numeric, b numeric, response text, exact boolean
) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
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

-- Whether a response is all of what an operation gives, worked out in full: of fractions by their parts, of roots by squares.
CREATE FUNCTION metercalc.is_all(operation text, a record, b record, r numeric) RETURNS boolean LANGUAGE plpgsql IMMUTABLE
    PARALLEL SAFE AS $$
DECLARE
    other numeric := CASE WHEN operation = 'subtraction' THEN -b.top ELSE b.top END;
BEGIN
    CASE operation
    WHEN 'addition', 'subtraction' THEN
        IF a.root = 1 AND b.root = 1 THEN
            RETURN a.top * b.under + other * a.under = r * a.under * b.under;
        END IF;
        RETURN r = 0 AND sign(a.top) = -sign(other)
            AND a.top * b.under * a.top * b.under * a.root = other * a.under * other * a.under * b.root;
    WHEN 'multiplication' THEN
        RETURN sign(a.top) * sign(b.top) = sign(r)
            AND a.top * b.top * a.top * b.top * a.root * b.root = r * a.under * b.under * r * a.under * b.under;
    WHEN 'division' THEN
        RETURN sign(a.top) * sign(b.top) = sign(r)
            AND a.top * b.under * a.top * b.under * a.root = r * a.under * b.top * r * a.under * b.top * b.root;
    ELSE
        RETURN a.top >= 0 AND r >= 0 AND a.top * a.top * a.root = r * r * (r * a.under) * (r * a.under);
    END CASE;
END $$;

-- Whether a step's response follows. With a fraction or a root among the operands the true value is known far better than
-- it is shown; with a rounded one within its error, and the response shows no more than that leaves certain.
CREATE FUNCTION metercalc.follows(operation text, operands text[], response text, exact boolean) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    a record;
    b record;
    r numeric;
    value numeric;
    error numeric;
    half numeric;
    is_all boolean;
    places int;
    usual text;
BEGIN
    IF cardinality(operands) <> (2 - (operation = 'square_root')::int) OR exact IS NULL THEN
        RETURN false;
    END IF;
    -- What nearly every step is: three short plain numbers, read with one look.
    usual := operands[1] || ' ' || coalesce(operands[2], '1') || ' ' || response || ' ';
    IF length(usual) < 100 AND usual ~ '^((0|-?(0\.[0-9]*[1-9]|[1-9][0-9]*(\.[0-9]*[1-9])?)) ){3}$' THEN
        RETURN number_follows(operation, operands[1]::numeric, operands[2]::numeric, response, exact);
    END IF;
    IF NOT is_number(response) OR abs(adjusted(response)) > 999 OR (NOT exact AND digits(response) > 34) THEN
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
        places := 200 + scale(a.value) + length(trunc(abs(b.value))::text);
        value := round(a.value, least(16000, places)) / b.value;
        error := (a.error + abs(value) * b.error) / (abs(b.value) - b.error) * 1.001 + abs(value) * 1e-190;
    WHEN 'square_root' THEN
        IF a.value < -a.error THEN
            RETURN false;
        END IF;
        value := sqrt(round(greatest(a.value, 0), least(16000, 400 + scale(a.value))));
        error := CASE WHEN a.value <= a.error THEN sqrt(a.value + a.error) ELSE a.error / value END * 1.001 + value * 1e-190;
    ELSE RETURN false;
    END CASE;
    half := ('5e' || coalesce(adjusted(response), -10000) - 34)::numeric;
    IF NOT (a.rounded OR b.rounded) THEN
        is_all := is_all(operation, a, b, r);
        RETURN CASE WHEN exact THEN is_all ELSE NOT is_all AND abs(r - value) <= half + error * 2 END;
    END IF;
    -- Nothing times, or divided by, a rounded number is nothing; all else stays rounded.
    is_all := operation IN ('multiplication', 'division') AND (a.value = 0 AND NOT a.rounded
        OR b.value = 0 AND NOT b.rounded AND operation = 'multiplication');
    IF exact OR is_all THEN
        RETURN exact AND is_all AND r = 0;
    END IF;
    IF r = 0 THEN
        RETURN abs(value) <= error * 2;
    END IF;
    RETURN abs(r - value) <= half + error * 12;
END $$;

-- What nearly every step is: two short plain numbers and their sum, difference or product. Everything else is for `follows`.
-- Plain SQL, so that it becomes a part of the expression that asks.
CREATE FUNCTION metercalc.plainly_follows(operation text, operands text[], response text) RETURNS boolean LANGUAGE sql IMMUTABLE
    PARALLEL SAFE AS $$
    SELECT CASE WHEN cardinality(operands) = 2 AND length(operands[1]) + length(operands[2]) + length(response) < 100
            AND operands[1] || ' ' || operands[2] || ' ' || response || ' '
                ~ '^((0|-?(0\.[0-9]*[1-9]|[1-9][0-9]*(\.[0-9]*[1-9])?)) )+$'
        THEN CASE operation
            WHEN 'addition' THEN operands[1]::numeric + operands[2]::numeric = response::numeric
            WHEN 'subtraction' THEN operands[1]::numeric - operands[2]::numeric = response::numeric
            WHEN 'multiplication' THEN operands[1]::numeric * operands[2]::numeric = response::numeric
            ELSE false END
        ELSE false END
$$;

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
