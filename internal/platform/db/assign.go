package db

import (
	"database/sql"
	"fmt"
	"reflect"
	"strconv"
)

// assign copies a value of SQLite's into a destination, with the few
// conversions that one SQL text for two engines needs: 0 and 1 to bool, text
// to bytes and back, NULL to a pointer.
func assign(dest, src any) error {
	switch d := dest.(type) {
	case *int64:
		if v, ok := src.(int64); ok {
			*d = v
			return nil
		}
	case *string:
		switch v := src.(type) {
		case string:
			*d = v
			return nil
		case []byte:
			*d = string(v)
			return nil
		}
	case *[]byte:
		switch v := src.(type) {
		case []byte:
			*d = append([]byte(nil), v...)
			return nil
		case string:
			*d = []byte(v)
			return nil
		case nil:
			*d = nil
			return nil
		}
	case sql.Scanner:
		return d.Scan(src)
	case *any:
		*d = src
		return nil
	}
	return assignKind(reflect.ValueOf(dest), src)
}

func assignKind(p reflect.Value, src any) error {
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return fmt.Errorf("%s is no place to scan into", p.Type())
	}
	e := p.Elem()
	if e.Kind() == reflect.Pointer {
		if src == nil {
			e.SetZero()
			return nil
		}
		v := reflect.New(e.Type().Elem())
		if err := assign(v.Interface(), src); err != nil {
			return err
		}
		e.Set(v)
		return nil
	}
	switch v := src.(type) {
	case int64:
		switch {
		case e.CanInt() && !e.OverflowInt(v):
			e.SetInt(v)
			return nil
		case e.CanUint() && v >= 0 && !e.OverflowUint(uint64(v)):
			e.SetUint(uint64(v))
			return nil
		case e.Kind() == reflect.Bool:
			e.SetBool(v != 0)
			return nil
		case e.CanFloat():
			e.SetFloat(float64(v))
			return nil
		case e.Kind() == reflect.String:
			e.SetString(strconv.FormatInt(v, 10))
			return nil
		}
	case bool:
		if e.Kind() == reflect.Bool {
			e.SetBool(v)
			return nil
		}
	case float64:
		if e.CanFloat() {
			e.SetFloat(v)
			return nil
		}
	case string:
		return assignText(e, v)
	case []byte:
		return assignText(e, string(v))
	}
	return fmt.Errorf("%T does not fit %s", src, e.Type())
}

func assignText(e reflect.Value, v string) error {
	switch {
	case e.Kind() == reflect.String:
		e.SetString(v)
	case e.Kind() == reflect.Slice && e.Type().Elem().Kind() == reflect.Uint8:
		e.SetBytes([]byte(v))
	default:
		return fmt.Errorf("text does not fit %s", e.Type())
	}
	return nil
}
