// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// A token (ERC-20) whose owners let others take of it by a signature (ERC-2612), and move it by one (ERC-3009).
contract Coin {
    bytes32 private constant DOMAIN = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant PERMIT = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant TRANSFER = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );

    mapping(address => uint256) public balanceOf;
    mapping(address => uint256) public nonces;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(address => mapping(bytes32 => bool)) public authorizationState;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function mint(address to, uint256 value) external {
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        move(msg.sender, to, value);
        return true;
    }

    function permit(
        address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s
    ) external {
        require(block.timestamp <= deadline, "expired");
        bytes32 words = keccak256(abi.encode(PERMIT, owner, spender, value, nonces[owner]++, deadline));
        require(signer(words, v, r, s) == owner, "signature");
        allowance[owner][spender] = value;
    }

    function transferWithAuthorization(
        address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce,
        uint8 v, bytes32 r, bytes32 s
    ) external {
        require(block.timestamp > validAfter && block.timestamp < validBefore, "time");
        require(!authorizationState[from][nonce], "used");
        bytes32 words =
            keccak256(abi.encode(TRANSFER, from, to, value, validAfter, validBefore, nonce));
        require(signer(words, v, r, s) == from, "signature");
        authorizationState[from][nonce] = true;
        move(from, to, value);
    }

    function move(address from, address to, uint256 value) private {
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }

    function signer(bytes32 words, uint8 v, bytes32 r, bytes32 s) private view returns (address) {
        bytes32 domain = keccak256(
            abi.encode(DOMAIN, keccak256("Coin"), keccak256("1"), block.chainid, address(this))
        );
        address found = ecrecover(keccak256(abi.encodePacked("\x19\x01", domain, words)), v, r, s);
        require(found != address(0), "nobody");
        return found;
    }
}
